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
 * Not here, since the model has ideal signatures, no fees and one sample: D2 (lock times as lower bounds: the model takes
 * BIP68 as given; the replay holds it against the chain), D10 (grinding a sample; here a bad batch is one that the sample
 * finds), D15 (malleable inputs), D16 and D30 (fees), D17, D18, D19 (amounts of the paper that contradict each other; the
 * payouts are the real ones), D21 (the draw of the arbiters), D22 (misprints), D25 (no attack).
 */
export const LESSONS = {
  verdictOnChain: lesson('D1', W, 'verifier'),
  orderOfTimeouts: lesson(['D1', 'D1 order'], V, 'worker'),
  lawfulFault: lesson('D3', W, 'verifier'),
  sleepingVerifier: { ...lesson([], WV, 'client, no result'), changes: { beta: 1 } },
  verificationLock: lesson('D4', V, 'client, unchecked result'),
  challenge: lesson('D4', WV, 'client, no result'),
  signaturesNotSecrets: lesson('D5', W, 'verifier'),
  everybodySigns: lesson('D6', CWV, 'coalition', { arbiters: 2 }),
  stakesInCommitment: lesson('D7', V, 'worker', { arbiters: 1 }),
  stagesOfSets: lesson('D8', CWV, 'arbiter', { arbiters: 1 }),
  pointLock: lesson('D9', W, 'client, no result'),
  judgedClaim: lesson('D11', W, 'verifier'),
  otherDecision: lesson('D12', WV, 'arbiter'),
  heldDecision: lesson('D12 held', CV, 'worker', { arbiters: 1, court: UNANIMOUS }),
  completeExits: lesson('D13', CW, 'verifier'),
  earlyFault: lesson('D14', V, 'worker'),
  earlyConfirmation: lesson('D14', WV, 'client, no result'),
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
  repeatedStages: lesson('repeat-stages', CW, 'verifier', { arbiters: 1 }),
  replacedSeed: lesson('replace-seeds', V, 'worker'),
  openingNotOwed: lesson(['replace-seeds', 'unopened'], WV, 'client, no result'),
} as const satisfies Readonly<Record<string, Lesson>>;
