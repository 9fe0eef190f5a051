import { describe, expect, it } from 'vitest';
import { completeDecision } from './complete.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, UNDELIVERED } from './knowledge.ts';
import { AWAY, SIGNS_NOTHING, VOTES_THE_OPPOSITE } from './manners.ts';

const INDEXES = [1, 2, 3, 4, 5] as const;
const HONEST = [1, 2, 3, 4] as const;

/** The same arbitration after an appeal and after a challenge: d = 1, d = 0, and d = 0 with a Worker that withholds h_p. */
const COURTS = [
  { court: 'TxA', fault: 'Tx7', noFault: 'Tx8', withheld: 'Tx7', none: 'Tx6' },
  { court: 'TxAc', fault: 'Tx7c', noFault: 'Tx8c', withheld: 'Tx9c', none: 'Tx6c' },
] as const;

describe.each(COURTS)('M §Clock on $court', ({ court, fault, noFault, withheld, none }) => {
  const guilty: Case = { arbiters: 5, court, knows: UNDELIVERED };
  const innocent: Case = { arbiters: 5, court, knows: CHUNK_CLAIM };

  /** After the first stage, and after the second. */
  const stage = (play: CourtPlay, j: number) => play.until(play.clock.stages[j]!.from);

  it('d = 1, all agree: S = all is complete in the first stage, and those whom it pays publish it', () => {
    const play = new CourtPlay(guilty);
    stage(play, 0);
    for (const index of INDEXES) expect(play.signedBy(index)).toEqual([`${fault}:1.2.3.4.5`]);
    for (const party of ['client', 'arbiter:1', 'arbiter:5'] as const) {
      expect(play.wants(party)).toEqual([`${fault}:1.2.3.4.5`]);
      expect(completeDecision(play, party, `${fault}:1.2.3.4.5`)).toBe(true);
    }
    expect(play.wants('verifier')).toEqual(court === 'TxA' ? ['Tx7:1.2.3.4.5'] : []);
    expect(play.wants('worker')).toEqual([]);
    play.until(play.clock.stages.at(-1)!.until + 10);
    for (const index of INDEXES) expect(play.signedBy(index)).toEqual([`${fault}:1.2.3.4.5`]);
  });

  it.each([
    ['is not there', AWAY],
    ['votes the opposite', VOTES_THE_OPPOSITE],
    ['votes as all do and signs nothing', SIGNS_NOTHING],
  ])('D8: d = 1 and one arbiter %s: S without it is signed only in the next stage', (_, behaviour) => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': behaviour } });
    play.until(play.clock.stages[1]!.from - 1);
    for (const index of HONEST) expect(play.signedBy(index)).toEqual([`${fault}:1.2.3.4.5`]);
    for (const party of ['client', 'worker', 'verifier', 'arbiter:1'] as const)
      expect(play.wants(party)).toEqual([]);
    stage(play, 1);
    for (const index of HONEST) {
      expect(play.signedBy(index)).toEqual([`${fault}:1.2.3.4.5`, `${fault}:1.2.3.4`]);
    }
    expect(play.wants('client')).toEqual([`${fault}:1.2.3.4`]);
    expect(play.wants('arbiter:1')).toEqual([`${fault}:1.2.3.4`]);
    expect(completeDecision(play, 'client', `${fault}:1.2.3.4`)).toBe(true);
  });

  it('n − k + 1 arbiters sign nothing: no decision is complete, and anyone publishes #5', () => {
    const play = new CourtPlay({
      ...guilty,
      behaviours: { 'arbiter:4': SIGNS_NOTHING, 'arbiter:5': SIGNS_NOTHING },
    });
    const waiting = ['client', 'worker', 'verifier', 'arbiter:1'] as const;
    play.until(play.height + play.times.arbitrationTimeout - 2);
    for (const party of waiting) expect(play.wants(party)).toEqual([]);
    play.mine(1);
    for (const party of waiting) expect(play.wants(party)).toEqual([none]);
  });

  it('d = 0: W publishes as soon as a set is complete, and reveals h_p at no later time than HA + Δ_2 − 2Δ', () => {
    const play = new CourtPlay(innocent);
    stage(play, 0);
    expect(play.wants('worker')).toEqual([`${noFault}:1.2.3.4.5`]);
    expect(completeDecision(play, 'worker', `${noFault}:1.2.3.4.5`)).toBe(true);
    for (const party of ['client', 'verifier', 'arbiter:1'] as const) expect(play.wants(party)).toEqual([]);
    play.until(play.clock.payment);
    expect(play.wants('worker')).toEqual([`${noFault}:1.2.3.4.5`]);
    play.mine(1);
    expect(play.wants('worker')).toEqual([]);
  });

  it('D8: d = 0 and one arbiter is not there: W gets the decision of the others in the next stage', () => {
    const play = new CourtPlay({ ...innocent, behaviours: { 'arbiter:2': AWAY } });
    stage(play, 1);
    expect(play.wants('worker')).toEqual([`${noFault}:1.3.4.5`]);
    expect(completeDecision(play, 'worker', `${noFault}:1.3.4.5`)).toBe(true);
  });

  it('D12, D32: d = 0 and W lets it go: from Δ_2 on S signs the other decision', () => {
    const play = new CourtPlay(innocent);
    play.until(play.height + play.times.delta2 - 1);
    for (const index of INDEXES) expect(play.signedBy(index)).toEqual([`${noFault}:1.2.3.4.5`]);
    play.mine(1);
    for (const index of INDEXES) expect(play.signedBy(index)).toContain(`${withheld}:1.2.3.4.5`);
    expect(play.wants('client')).toEqual([`${withheld}:1.2.3.4.5`]);
    expect(play.wants('arbiter:3')).toEqual([`${withheld}:1.2.3.4.5`]);
    expect(play.wants('verifier')).toEqual([`${withheld}:1.2.3.4.5`]);
    expect(completeDecision(play, 'client', `${withheld}:1.2.3.4.5`)).toBe(true);
  });

  it('D36: who signed Tx8 and refuses the other decision is left out in the next repeated stage', () => {
    const play = new CourtPlay({
      ...innocent,
      behaviours: {
        'arbiter:3': {
          onPost: (message) =>
            message.kind === 'decisionSignatures' && message.stage >= 2 ? [] : [{ message }],
        },
      },
    });
    stage(play, 2);
    play.mine(1);
    expect(play.wants('client')).toEqual([]);
    play.until(play.clock.stages[3]!.from - 1);
    for (const index of [1, 2, 4, 5]) expect(play.signedBy(index)).not.toContain(`${withheld}:1.2.4.5`);
    stage(play, 3);
    for (const index of [1, 2, 4, 5]) expect(play.signedBy(index)).toContain(`${withheld}:1.2.4.5`);
    expect(play.wants('client')).toEqual([`${withheld}:1.2.4.5`]);
  });

  it('D12: without a complete Tx8 nobody signs the other decision, or a few could turn the verdict', () => {
    const play = new CourtPlay({
      ...innocent,
      behaviours: { 'arbiter:4': SIGNS_NOTHING, 'arbiter:5': SIGNS_NOTHING },
    });
    play.until(play.clock.stages.at(-1)!.until + 10);
    for (const index of [1, 2, 3]) {
      expect(play.signedBy(index).every((id) => id.startsWith(`${noFault}:`))).toBe(true);
    }
  });
});

describe('M §Clock with more arbiters than may fail', () => {
  it('two of seven fail one after the other: S shrinks by one in each stage', () => {
    const play = new CourtPlay({
      arbiters: 7,
      court: 'TxA',
      knows: UNDELIVERED,
      unsigned: true,
      behaviours: {
        'arbiter:6': AWAY,
        'arbiter:7': {
          onPost: (message) =>
            message.kind === 'decisionSignatures' && message.stage === 1 ? [] : [{ message }],
        },
      },
    });
    play.until(play.clock.stages[2]!.from - 1);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4.5.6.7', 'Tx7:1.2.3.4.5.7']);
    play.mine(1);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4.5.6.7', 'Tx7:1.2.3.4.5.7', 'Tx7:1.2.3.4.5']);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
  });
});
