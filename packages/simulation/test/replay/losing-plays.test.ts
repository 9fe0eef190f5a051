import { RuleError } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { LESSONS } from '../../src/lessons/catalogue.ts';
import { gamesOf, type Lesson } from '../../src/lessons/lesson.ts';
import { checkPlay, type PlayCheck } from '../../src/replay/check-play.ts';
import { settingOf } from '../../src/replay/setting.ts';
import { search } from '../../src/search/search.ts';
import { shortTerms } from '../../src/terms/terms.ts';

type Name = keyof typeof LESSONS;

/** Rules of the graph itself: the chain refuses the transaction that the attack needs. */
const PREVENTED: Partial<Record<Name, RegExp>> = {
  orderOfTimeouts: /^Tx5: bad-txns-inputs-missingorspent/,
  lateVerdict: /^Tx4': non-BIP68-final/,
  signaturesNotSecrets: /^Tx8:1\.2\.3: .*Invalid Schnorr signature/,
  everybodySigns: /^take: .*Invalid Schnorr signature/,
  stakesInCommitment: /^stake:1: non-BIP68-final/,
  completeExits: /^Tx1'?: everybody holds this exit/,
  earlyFault: /^TxV0: non-BIP68-final/,
  earlyConfirmation: /^TxV1: non-BIP68-final/,
  largeQuorum: /^Tx7:1\.2: the graph has no such transaction/,
  differentTxids: /^Tx5: bad-txns-inputs-missingorspent/,
};
/** The chain goes along, but the outcome is the one with the rule. */
const OTHERWISE: readonly Name[] = ['verificationLock', 'pointLock', 'sampledShare'];
/** No such contract can be built. */
const REFUSED: readonly Name[] = ['sleepingVerifier'];

const losing = (name: Name): PlayCheck => {
  const lesson: Lesson = LESSONS[name];
  const { without } = gamesOf(lesson);
  return checkPlay(lesson.court, without, search(without).worstPlay(lesson.measure));
};

describe('every losing play on the development chain', () => {
  const names = Object.keys(LESSONS) as Name[];

  for (const name of names.filter((each) => PREVENTED[each] !== undefined)) {
    it(`${name}: the graph prevents it`, () => {
      expect(losing(name).prevented).toMatch(PREVENTED[name]!);
    });
  }

  const special = [...OTHERWISE, ...REFUSED];
  for (const name of names.filter((each) => PREVENTED[each] === undefined && !special.includes(each))) {
    it(`${name}: the loss is real for whoever does without the rule`, () => {
      const { prevented, model, chain } = losing(name);
      expect(prevented).toBeUndefined();
      expect(chain).toEqual(model);
    });
  }

  it('verificationLock: without u_p the fee goes to C after the window', () => {
    const { model, chain } = losing('verificationLock');
    expect(model.changes).toMatchObject({ client: -100_000n, verifier: 10_000n });
    expect(chain?.changes).toMatchObject({ client: -90_000n, verifier: 0n });
  });

  it('pointLock: C reads h_p from the transaction that pays W', () => {
    const { model, chain } = losing('pointLock');
    expect(model.revealed).toBe(false);
    expect(chain).toEqual({ ...model, revealed: true });
  });

  it('sampledShare: σ is what P says, whatever is sampled', () => {
    const { model, chain } = losing('sampledShare');
    expect(model.changes).toMatchObject({ worker: 25_000n, verifier: 75_000n });
    expect(chain?.changes).toMatchObject({ worker: 90_000n, verifier: 10_000n });
  });

  it('sleepingVerifier: C1 refuses the contract', () => {
    const { court, changes } = LESSONS.sleepingVerifier;
    expect(() => settingOf(shortTerms(court, changes))).toThrow(RuleError);
    expect(() => settingOf(shortTerms(court, changes))).toThrow('βv ≥ σc');
  });
});
