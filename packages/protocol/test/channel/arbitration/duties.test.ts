import { describe, expect, it } from 'vitest';
import { type Accusation, clock, type Duty, duties, type Party } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, documents, UNDELIVERED } from './knowledge.ts';
import { agreed } from './setting.ts';

const given: Case = { arbiters: 3, court: 'TxA', unsigned: true };

/** What a party has to publish when only the verdict is on the chain, with every time counted from HV. */
function afterVerdict(setting: Case, party: Party): readonly Omit<Duty, 'why'>[] {
  const play = new CourtPlay(setting);
  play.unconfirm(setting.court);
  const hv = play.state(party).disputes[0]!.height;
  return duties(play.state(party)).map(({ transaction, from, until, confirmBy }) => ({
    transaction,
    from: from - hv,
    until: until && until - hv,
    confirmBy: confirmBy && confirmBy - hv,
  }));
}

const { agreement } = agreed(3);
const { appeal, timeoutAfterVerdict } = clock(agreement.parameters, agreement.contract);
const delta = agreement.contract.confirmationBlocks;
/** At once, and in a block before the one in which what it prevents is valid (D34). */
const atOnce = { from: 0, until: appeal - 1 - delta, confirmBy: appeal - 1 };
const unpaid = { transaction: "Tx1'", from: timeoutAfterVerdict - 1, until: null, confirmBy: null };

describe('T §Watch and publish: TxV0 on the chain', () => {
  it('W appeals at once if delivery and opening were there in time', () => {
    const setting: Case = { ...given, knows: (_, play) => documents(play) };
    expect(afterVerdict(setting, 'worker')).toEqual([{ transaction: 'TxA', ...atOnce }]);
  });

  it.each(['delivery', 'opening'] as const)(
    'W does not appeal when it did not post its %s itself, whoever has shown it to W as posted',
    (kind) => {
      const late: Case['knows'] & {} = (_, play) => {
        const known = documents(play);
        return { ...known, begun: known.begun.filter((done) => done !== `${kind}-post`) };
      };
      expect(afterVerdict({ ...given, knows: late }, 'worker')).toEqual([]);
    },
  );

  it('C and V take #4 when W does not appeal', () => {
    const accepted = { transaction: 'Tx5', from: appeal - 1, until: null, confirmBy: null };
    for (const party of ['client', 'verifier'] as const) {
      expect(afterVerdict(given, party)).toEqual([accepted]);
    }
    expect(afterVerdict(given, 'arbiter:1')).toEqual([]);
  });
});

describe('T §Watch and publish: TxV1 on the chain', () => {
  const challenge: Case = { ...given, court: 'TxAc' };
  const held = (accusation: Accusation): Case => ({
    ...challenge,
    knows: (party, play) => ({ ...documents(play), ...(party === 'client' ? { accusation } : {}) }),
  });

  it.each([[{ fault: 'undelivered' }], [{ fault: 'unopened' }], [{ fault: 'output', chunk: 3 }]] as const)(
    'D27: C challenges at once when it holds %o against W',
    (accusation) => {
      expect(afterVerdict(held(accusation), 'client')).toEqual([{ transaction: 'TxAc', ...atOnce }, unpaid]);
    },
  );

  it('a challenge that could only be late, and lost for that, is not pushed any more, whether it is on its way or not', () => {
    const play = new CourtPlay(held({ fault: 'undelivered' }));
    play.unconfirm('TxAc');
    const state = play.state('client');
    const hv = state.disputes[0]!.height;
    const at = (tip: number) => duties({ ...state, tip }).map(({ transaction }) => transaction);
    // M §Claims: in a block after HV + (t2−t1) it is d = 0.
    expect(at(hv + appeal - 1)).toEqual(['TxAc', "Tx1'"]);
    expect(at(hv + appeal)).toEqual(["Tx1'"]);
  });

  it('D31: C does not challenge for what W signed twice: the verdict names what counts', () => {
    const twice = {
      fault: 'equivocation',
      of: 'opening',
      first: fixtureHash('1'),
      second: fixtureHash('2'),
    } as const;
    expect(afterVerdict(held(twice), 'client')).toEqual([unpaid]);
  });

  it('without a challenge W takes its pay, and reveals h_p no later than what confirms by t3 − t1 − Δ', () => {
    const confirmBy = timeoutAfterVerdict - delta;
    expect(afterVerdict(challenge, 'worker')).toEqual([
      { transaction: "Tx4'", from: appeal - 1, until: confirmBy - delta, confirmBy },
    ]);
  });

  it('C and V take #1 when W keeps silent', () => {
    for (const party of ['client', 'verifier'] as const) {
      const nothing: Case = { ...challenge, knows: (_, play) => documents(play) };
      expect(afterVerdict(nothing, party)).toEqual([unpaid]);
    }
  });
});

describe('T §Watch and publish: after TxA', () => {
  const fromCourt = (play: CourtPlay, party: Party): readonly Omit<Duty, 'why'>[] =>
    duties(play.state(party)).map(({ transaction, from, until, confirmBy }) => ({
      transaction,
      from: from - play.height,
      until: until && until - play.height,
      confirmBy: confirmBy && confirmBy - play.height,
    }));
  const none = (play: CourtPlay) => ({
    transaction: 'Tx6',
    from: play.times.arbitrationTimeout - 1,
    until: null,
    confirmBy: null,
  });

  it('a decision of S is valid Δ_S(n − |S|) blocks after TxA, and the one for W in a block by HA + Δ_2 − Δ', () => {
    const absent = { 'arbiter:5': { offline: () => true } } as const;
    const play = new CourtPlay({ ...given, arbiters: 5, knows: CHUNK_CLAIM, behaviours: absent });
    play.until(play.clock.stages[1]!.from);
    const { stageBlocks, confirmationBlocks } = play.agreement.contract;
    const until = play.times.delta2 - 2 * confirmationBlocks;
    expect(fromCourt(play, 'worker')).toEqual([
      { transaction: 'Tx8:1.2.3.4', from: stageBlocks - 1, until, confirmBy: until + confirmationBlocks },
      none(play),
    ]);
    expect(fromCourt(play, 'client')).toEqual([none(play)]);
  });

  it('a decision against W is published by whoever it pays, and never too late', () => {
    const play = new CourtPlay({ ...given, arbiters: 5, knows: UNDELIVERED });
    play.until(play.clock.stages[0]!.from);
    const decision = { transaction: 'Tx7:1.2.3.4.5', from: 0, until: null, confirmBy: null };
    for (const party of ['client', 'verifier', 'arbiter:2'] as const) {
      expect(fromCourt(play, party)).toEqual([decision, none(play)]);
    }
    expect(fromCourt(play, 'worker')).toEqual([none(play)]);
  });

  it('the last stage before Δ_2 is known everywhere when W must have published', () => {
    for (const arbiters of [3, 5, 7] as const) {
      const play = new CourtPlay({ ...given, arbiters });
      const { stages, payment } = play.clock;
      expect(stages[stages.length / 2 - 1]!.until + play.times.B).toBeLessThan(payment);
      expect(stages.at(-1)!.until + play.times.B).toBeLessThan(play.height + play.times.arbitrationTimeout);
    }
  });
});
