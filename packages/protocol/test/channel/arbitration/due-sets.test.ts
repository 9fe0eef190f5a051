import { describe, expect, it } from 'vitest';
import type { MessageOf, Party, SlotSignature, Task } from '../../../src/index.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, UNDELIVERED } from './knowledge.ts';
import { AWAY, type Behaviour, SIGNS_NOTHING } from './manners.ts';
import { BLANK } from './setting.ts';
import { signatures } from './signed.ts';

const guilty: Case = { arbiters: 5, court: 'TxA', knows: UNDELIVERED, unsigned: true };
const innocent: Case = { ...guilty, knows: CHUNK_CLAIM };

type Signed = MessageOf<'decisionSignatures'>;

/** Commits to a vote and never opens it. */
const OPENS_NOTHING: Behaviour = {
  onPost: (message) => (message.kind === 'voteOpening' ? [] : [{ message }]),
};

/** Its signatures of these stages reach nobody, itself included. */
const silentIn = (...stages: readonly number[]): Behaviour => ({
  onPost: (message) =>
    message.kind === 'decisionSignatures' && stages.includes(message.stage) ? [] : [{ message }],
});

/** What an arbiter's signer was asked for. */
const askedToSign = (play: CourtPlay, of: Party): readonly Extract<Task, { kind: 'sign' }>[] =>
  play.tasks.flatMap(({ party, task }) => (party === of && task.kind === 'sign' ? [task] : []));

const signedIn = (play: CourtPlay, of: Party, stage: number): readonly Signed[] =>
  play.said.flatMap(({ author, message }) =>
    author === of && message.kind === 'decisionSignatures' && message.stage === stage ? [message] : [],
  );

const isNamed = (play: CourtPlay, culprit: Party): boolean =>
  play.faults.some(({ fault }) => fault.code === 'decision-invalid' && fault.culprit === culprit);

describe('D8: a set leaves out nobody but those who failed', () => {
  it('who opened no d has failed, though it signs', () => {
    const play = new CourtPlay({
      ...guilty,
      behaviours: { 'arbiter:4': SIGNS_NOTHING, 'arbiter:5': OPENS_NOTHING },
    });
    play.until(play.clock.stages[0]!.from);
    play.post('arbiter:5', signatures(play, 'arbiter:5', ['Tx7:1.2.3.4.5'], 0));
    play.until(play.clock.stages[1]!.from);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4.5', 'Tx7:1.2.3.4', 'Tx7:1.2.3.5']);
  });

  it('a set that is complete is the last, though one of it opened no d', () => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': OPENS_NOTHING } });
    play.until(play.clock.stages[0]!.from);
    play.post('arbiter:5', signatures(play, 'arbiter:5', ['Tx7:1.2.3.4.5'], 0));
    play.until(play.clock.stages.at(-1)!.until);
    for (const index of [1, 2, 3, 4]) expect(play.signedBy(index)).toEqual(['Tx7:1.2.3.4.5']);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('who sees that its own signatures came to nobody signs no set that leaves it out', () => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': SIGNS_NOTHING } });
    play.until(play.clock.stages[1]!.until);
    expect(play.signedBy(1)).toContain('Tx7:1.2.3.4');
    const slot = { transaction: 'Tx7:1.2.3.4.5', input: 0, signer: 'arbiter:5', kind: 'plain' };
    expect(askedToSign(play, 'arbiter:5').map(({ slots }) => slots)).toEqual([[slot]]);
  });
});

describe('D36: the stages that are repeated after Δ_2', () => {
  const seven: Case = { ...innocent, arbiters: 7 };
  const all = '1.2.3.4.5.6.7';

  it('who is not of the set that signed Tx8 comes into no set, whoever fails now', () => {
    const behaviours = { 'arbiter:5': silentIn(3), 'arbiter:6': silentIn(3), 'arbiter:7': AWAY };
    const play = new CourtPlay({ ...seven, behaviours });
    play.until(play.clock.stages[4]!.from);
    expect(new Set(play.signedBy(1))).toEqual(
      new Set([`Tx8:${all}`, 'Tx8:1.2.3.4.5.6', 'Tx7:1.2.3.4.5.6', 'Tx7:1.2.3.4.5', 'Tx7:1.2.3.4.6']),
    );
  });

  it('a set that is complete is the last, though more failed before than it leaves out', () => {
    const behaviours = { 'arbiter:6': silentIn(3), 'arbiter:7': silentIn(3, 4) };
    const play = new CourtPlay({ ...seven, behaviours });
    play.until(play.clock.stages[5]!.until);
    expect(new Set(play.signedBy(1))).toEqual(
      new Set([`Tx8:${all}`, `Tx7:${all}`, 'Tx7:1.2.3.4.5.6', 'Tx7:1.2.3.4.5.7']),
    );
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5.6']);
  });

  it.each([
    ['of Tx8 once more', 2, 'Tx8:1.2.3.4.5', true],
    ['of the other decision, by all of S_0', 2, 'Tx7:1.2.3.4.5', false],
    ['of a set that is too large for the second', 3, 'Tx7:1.2.3.4.5', true],
    ['of a smaller set, in the second', 3, 'Tx7:1.2.3.5', false],
  ] as const)('a signature %s: whether it is none', (_, stage, id, isNone) => {
    const play = new CourtPlay({ ...innocent, behaviours: { 'arbiter:5': silentIn(2, 3) } });
    play.until(play.clock.stages[stage]!.from);
    play.post('arbiter:5', signatures(play, 'arbiter:5', [id], stage));
    expect(isNamed(play, 'arbiter:5')).toBe(isNone);
  });
});

describe('M §Clock: what the own signer says', () => {
  const made = (play: CourtPlay, ...ids: readonly `Tx7:${string}`[]): readonly SlotSignature[] =>
    ids.map((transaction) => play.signature({ transaction, input: 0, signer: 'arbiter:1', kind: 'plain' }));

  /** Two sets are due in the second stage, and the first arbiter's signer takes its time with them. */
  function slow(): CourtPlay {
    const play = new CourtPlay({
      ...guilty,
      behaviours: {
        'arbiter:1': { onTask: (task) => (task.kind === 'sign' && task.slots.length > 1 ? null : undefined) },
        'arbiter:4': SIGNS_NOTHING,
        'arbiter:5': SIGNS_NOTHING,
      },
    });
    return play.until(play.clock.stages[1]!.from);
  }

  it('there is one message for a stage: two would void each other', () => {
    const play = slow();
    const [first, second] = made(play, 'Tx7:1.2.3.4', 'Tx7:1.2.3.5');
    play.feed('arbiter:1', { kind: 'signed', signatures: [first!, second!] });
    play.settle();
    expect(signedIn(play, 'arbiter:1', 1)).toHaveLength(1);
    const part = slow();
    part.feed('arbiter:1', { kind: 'signed', signatures: [first!] });
    part.feed('arbiter:1', { kind: 'signed', signatures: [first!, second!] });
    part.settle();
    expect(signedIn(part, 'arbiter:1', 1)).toHaveLength(1);
  });

  it('what was not asked for is not posted, nor what comes with it', () => {
    const play = slow();
    const signed = made(play, 'Tx7:1.2.3.4', 'Tx7:1.2.4.5');
    play.feed('arbiter:1', { kind: 'signed', signatures: signed });
    play.settle();
    expect(signedIn(play, 'arbiter:1', 1)).toEqual([]);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('signatures on nothing, or on no decision, are for nobody', () => {
    const play = new CourtPlay(guilty);
    const before = play.said.length;
    const slot = { transaction: 'Tx6', input: 0, signer: 'arbiter:1', kind: 'plain' } as const;
    for (const signed of [[], [{ slot, signature: BLANK }]]) {
      play.feed('arbiter:1', { kind: 'signed', signatures: signed });
      expect(play.faults.at(-1)).toMatchObject({ party: 'arbiter:1', fault: { code: 'out-of-place' } });
    }
    expect(play.said).toHaveLength(before);
  });
});
