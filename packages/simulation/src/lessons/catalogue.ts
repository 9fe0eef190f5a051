import type { Role } from '@prometheus-compute/protocol';
import type { Rule } from '../model/rules.ts';
import type { Measure } from '../search/bounds.ts';
import type { Lesson } from './lesson.ts';

const C: readonly Role[] = ['client'];
const W: readonly Role[] = ['worker'];
const V: readonly Role[] = ['verifier'];
const CW: readonly Role[] = ['client', 'worker'];
const CV: readonly Role[] = ['client', 'verifier'];
const WV: readonly Role[] = ['worker', 'verifier'];
const CWV: readonly Role[] = ['client', 'worker', 'verifier'];

/** Three arbiters of whom two must agree: the smallest court in which one can be left out. */
const MAJORITY = { n: 3, k: 2 };
/** Three of three: one arbiter can block. */
const UNANIMOUS = { n: 3, k: 3 };
/** Three of five, for D23. */
const FIVE = { n: 5, k: 3 };

const lesson = (
  off: Rule | readonly Rule[],
  roles: readonly Role[],
  measure: Measure,
  more: { readonly arbiters?: number; readonly court?: Lesson['court'] } = {},
): Lesson => ({
  court: more.court ?? MAJORITY,
  coalition: { roles, arbiters: more.arbiters ?? 0 },
  measure,
  off: typeof off === 'string' ? [off] : off,
});

/**
 * One or more lessons for each rule of docs/protocol/deviations.md that the model can do without.
 *
 * Not here: D15 (malleable inputs) and D22 (misprints), which are documented only; D18 and D19 (the paper's amounts ask for
 * more than there is: no such transaction exists, so that there is nothing to play); D21 (the draw comes before Tx0); D25
 * (no attack); D30 (the cost of a fee, which is accepted). Tests of `protocol` and of `test/graph` show these.
 */
export const LESSONS = {
  verdictOnChain: lesson('D1', W, 'verifier'),
  orderOfTimeouts: lesson(['D1', 'D1 order'], V, 'worker'),
  lateVerdict: lesson('D2', WV, 'client, no result'),
  lawfulFault: lesson('D3', W, 'verifier'),
  sleepingVerifier: { ...lesson([], WV, 'client, no result'), changes: { beta: 1 } },
  verificationLock: lesson('D4', V, 'client, unchecked result'),
  challenge: lesson('D4', WV, 'client, no result'),
  signaturesNotSecrets: lesson('D5', W, 'verifier'),
  everybodySigns: lesson('D6', CWV, 'coalition', { arbiters: 2 }),
  stakesInCommitment: lesson('D7', V, 'worker', { arbiters: 1 }),
  stagesOfSets: lesson('D8', CWV, 'arbiter', { arbiters: 1 }),
  pointLock: lesson('D9', W, 'client, no result'),
  groundSample: lesson('D10', W, 'client, no result'),
  judgedClaim: lesson('D11', W, 'verifier'),
  otherDecision: lesson('D12', WV, 'arbiter'),
  heldDecision: lesson('D12 held', CV, 'worker', { arbiters: 1, court: UNANIMOUS }),
  decisionInTime: lesson('D12 in time', CV, 'worker', { arbiters: 1, court: UNANIMOUS }),
  completeExits: lesson('D13', CW, 'verifier'),
  earlyFault: lesson('D14', V, 'worker'),
  earlyConfirmation: lesson('D14', WV, 'client, no result'),
  fixedFee: lesson('D16', W, 'verifier'),
  sampledShare: lesson('D17', [], 'worker'),
  inputsFirst: lesson('D20', C, 'worker'),
  largeQuorum: lesson('D23', V, 'worker', { arbiters: 2, court: FIVE }),
  releaseAfterAudit: lesson('D24', WV, 'client, no result'),
  postedOpening: lesson('D26', CW, 'verifier'),
  postedDelivery: lesson('D26', V, 'worker'),
  clientsPart: lesson('D27', WV, 'client, no result'),
  unspendableFund: lesson('D28', CWV, 'coalition', { arbiters: 1, court: UNANIMOUS }),
  postedClaims: lesson('D29', CWV, 'arbiter'),
  namedOpening: lesson('D31', CW, 'verifier'),
  withheldAfterChallenge: lesson('D32', CW, 'verifier'),
  clientsClaim: lesson('D33', WV, 'client, no result'),
  confirmedBefore: lesson('D34', CW, 'verifier'),
  differentTxids: lesson('D35', C, 'worker'),
  repeatedStages: lesson('D36', CW, 'verifier', { arbiters: 1 }),
  replacedSeed: lesson('D37', V, 'worker'),
  openingNotOwed: lesson(['D37', 'D37 unopened'], WV, 'client, no result'),
  realSeed: lesson('D37 real', V, 'worker'),
  programFirst: lesson('D38', CW, 'verifier'),
} as const satisfies Readonly<Record<string, Lesson>>;
