import { toHex } from '../primitives/bytes.ts';
import { xOnlyOf } from '../primitives/point-lock.ts';
import { clock, stageWait } from './clock.ts';
import { largestOpening, MAX_CHUNKS, MAX_CONTENT_BYTES, MAX_OPENING_BYTES } from './content-limits.ts';
import { type Contract, MODEL_PROFILE } from './contract.ts';
import { fundingViolations } from './funding-rules.ts';
import { outpointKey } from './outpoint.ts';
import { MAX_WAIT } from './parameter-rules.ts';
import { type Parameters, quorum, share } from './parameters.ts';
import { ROLES } from './party.ts';
import { DUST } from './payouts.ts';
import { type ContractRule, RuleError } from './rule-error.ts';
import { largestSettlement, MIN_SETTLEMENT_RATE } from './settlement-size.ts';
import { PLAIN_SETTLEMENTS } from './settlements.ts';

/** A node's own estimates, in blocks; both 0 where they are left out. */
export interface WorkEstimates {
  /** Time that V needs to check an opening (C8). */
  readonly verifyBlocks?: number;
  /** Time that C needs to audit it (C9). */
  readonly auditBlocks?: number;
}

type Evidence = Readonly<Record<string, string | number | bigint>>;
type Require = (
  holds: boolean,
  id: ContractRule,
  statement: string,
  evidence: Evidence,
  remedy: string,
) => void;

const MONEY = 'Change the amounts of the contract, or use another P.';
const TIME = 'Change the times of the contract, or use a P with wider time slots.';

function moneyRules(p: Parameters, c: Contract, require: Require): void {
  const { w, v, n } = p;
  const { reward, bond } = c;
  const workerReward = share(p.sigma, reward);
  const verifierFee = reward - workerReward;
  // C1, D3: a Client whose Verifier sleeps gets back at least what it pays the Worker.
  require(share(p.beta, v) >= workerReward, 'C1', 'βv ≥ σc', {
    betaV: share(p.beta, v),
    sigmaC: workerReward,
  }, MONEY);
  require(v >= reward, 'C2', 'v ≥ c', { v, c: reward }, MONEY);
  require(verifierFee >= DUST, 'C3', '(1−σ)c ≥ 330', { verifierFee }, MONEY);
  require(bond >= DUST, 'C4', 'b ≥ 330', { b: bond }, MONEY);
  // C5: what the decision against W and V pays out is covered by their stakes.
  const challengeCost = share(p.gamma, w) + BigInt(n) * (bond / BigInt(n));
  require(challengeCost <= w + v, 'C5', 'γw + n⌊b/n⌋ ≤ w + v', { paid: challengeCost, stakes: w + v }, MONEY);
  // C6, D18: Tx5 takes δw and (1−σ)c from w.
  const slashed = share(p.delta, w) + verifierFee;
  require(slashed <= w, 'C6', 'δ ≤ 1 − (1−σ)c/w', { slashed, w }, MONEY);
  require(reward > 0n, 'C15', 'c > 0', { c: reward }, MONEY);
}

/** C17 as far as it is known before the arbiters are: with stakes of a. */
function feeRule(p: Parameters, c: Contract): RuleError | undefined {
  const stakes = Array.from({ length: p.n }, () => p.a);
  return settlementFeeViolation(c, largestSettlement(p, c, PLAIN_SETTLEMENTS, stakes));
}

/** C17: a settlement confirms by itself in quiet times; a child bumps it otherwise (D16). */
export function settlementFeeViolation(
  c: Pick<Contract, 'settlementFee'>,
  largest: { readonly id: string; readonly vsize: number },
): RuleError | undefined {
  const floor = MIN_SETTLEMENT_RATE * BigInt(largest.vsize);
  if (c.settlementFee >= floor) return undefined;
  return new RuleError(
    'C17',
    'φ ≥ 2 sat/vB × the largest settlement',
    { phi: c.settlementFee, floor, largest: largest.id, vsize: largest.vsize },
    `Set the settlement fee to at least ${floor} satoshis.`,
  );
}

function timeRules(p: Parameters, c: Contract, estimates: WorkEstimates, require: Require): void {
  const { t1, t2, t3, t4, n } = p;
  const delta = c.confirmationBlocks;
  const longestStage = stageWait(p, c, quorum(p));
  const { verifyBlocks = 0, auditBlocks = 0 } = estimates;
  const { B, delta2, feeWindow } = clock(p, c);
  const atLeast = (
    value: number,
    bound: number,
    id: ContractRule,
    statement: string,
    evidence: Evidence,
  ): void => require(value >= bound, id, statement, { ...evidence, atLeast: bound }, TIME);
  // C7: what is posted at a deadline is known everywhere before the next transaction can confirm.
  atLeast(delta - 1, B, 'C7', 'B = (k+2)ℓ ≤ Δ − 1', { B, delta });
  atLeast(t1, c.deliveryBlocks + verifyBlocks + 5 * delta, 'C8', 't1 ≥ t0 + time to verify + 5Δ', { t1 });
  atLeast(t2, t1 + auditBlocks + 4 * delta, 'C9', 't2 ≥ t1 + time to audit + 4Δ', { t2 });
  atLeast(t3, t2 + 2 * delta, 'C10', 't3 ≥ t2 + 2Δ', { t3 });
  // C11, D36: the stages that are repeated after Δ_2 end before Tx6 and Tx6c are valid.
  atLeast(t4 - t3, delta2 + longestStage + 2 * delta, 'C11', 't4 − t3 ≥ Δ_2 + (n−k)Δ_S + 2Δ', { t4, t3 });
  // C22, C23: what is posted in one step of an arbitration is known everywhere before the next one builds on it.
  atLeast(c.stageBlocks, B + 1, 'C22', 'Δ_S ≥ B + 1', { stageBlocks: c.stageBlocks, B });
  atLeast(c.arbitrationBlocks, 2 * (B + 1), 'C23', 'T_arb ≥ 2(B + 1)', {
    arbitrationBlocks: c.arbitrationBlocks,
    B,
  });
  // C12: stakes do not free themselves while an appeal can still take them in.
  atLeast(t4, t3 + (t2 - t1) + 2 * delta, 'C12', 't4 ≥ t3 + (t2−t1) + 2Δ', { t4 });
  const durations = {
    t0: c.deliveryBlocks,
    relayBlocks: c.relayBlocks,
    stageBlocks: c.stageBlocks,
    arbitrationBlocks: c.arbitrationBlocks,
  };
  require(Object.values(durations).every((blocks) => Number.isInteger(blocks) && blocks >= 1) &&
    Number.isInteger(delta), 'C13', 't0, ℓ, Δ_S, T_arb ≥ 1', durations, TIME);
  require(longestStage <= MAX_WAIT && feeWindow <= MAX_WAIT, 'C14', '(n−k)Δ_S and max(144, 4Δ) ≤ 65535', {
    longestStage,
    feeWindow,
    n,
  }, TIME);
}

/**
 * C21: what cannot be sent cannot be opened, and a Worker that cannot open loses its stake (#4); a result that does not
 * fit into a claim cannot be judged.
 */
function sizeRule(c: Contract, require: Require): void {
  const opening = largestOpening(c);
  const { outputBytes } = c.limits;
  require(opening <= MAX_OPENING_BYTES &&
    outputBytes <= MAX_CONTENT_BYTES &&
    c.chunks <=
      MAX_CHUNKS, 'C21', 'N chunks, one result and the opening of m chunks fit into their messages', {
    N: c.chunks,
    m: c.sampled,
    outputBytes,
    opening,
    limit: MAX_OPENING_BYTES,
  }, 'Sample fewer chunks, allow smaller results, or split the batch.');
}

/** A key that a contract uses, with the name that a refusal shows. */
export type NamedKey = readonly [name: string, key: Uint8Array];

/** Keys that the contract itself names: every one is used once (M §Conventions: a key is used in one contract only). */
export function namedKeys(c: Contract): readonly NamedKey[] {
  return [
    ['P_h', xOnlyOf(c.pointLock)],
    ['U', c.verificationLock],
    ...ROLES.flatMap((role): NamedKey[] => [
      [`${role}'s message key`, c[role].messageKey],
      [`${role}'s transaction key`, c[role].transactionKey],
    ]),
  ];
}

/** Keys of P and of the contract. */
export function contractKeys(p: Parameters, c: Contract): readonly NamedKey[] {
  return [['F', p.F], ...namedKeys(c)];
}

/** C19: the first two entries of `keys` that are equal. */
export function repeatedKey(keys: readonly NamedKey[]): RuleError | undefined {
  const seen = new Map<string, string>();
  for (const [name, key] of keys) {
    const hex = toHex(key);
    const earlier = seen.get(hex);
    if (earlier !== undefined) {
      return new RuleError(
        'C19',
        'all keys of a contract are distinct',
        { key: hex, first: earlier, second: name },
        'Each party makes fresh keys for every contract.',
      );
    }
    seen.set(hex, name);
  }
  return undefined;
}

/** C19: the first outpoint that is listed twice. */
export function repeatedOutpoint(outpoints: readonly string[]): RuleError | undefined {
  const repeated = outpoints.find((outpoint, i) => outpoints.indexOf(outpoint) !== i);
  if (repeated === undefined) return undefined;
  return new RuleError(
    'C19',
    'no outpoint stands twice among the inputs of Tx0',
    { outpoint: repeated },
    'Bring another coin.',
  );
}

/** Every rule C1..C17, C19..C24 and D15 that the contract breaks under `p`; C18 needs the arbiters. */
export function contractViolations(
  p: Parameters,
  c: Contract,
  estimates: WorkEstimates = {},
): readonly RuleError[] {
  const broken: RuleError[] = [];
  const require: Require = (holds, id, statement, evidence, remedy) => {
    if (!holds) broken.push(new RuleError(id, statement, evidence, remedy));
  };
  moneyRules(p, c, require);
  timeRules(p, c, estimates, require);
  require(Number.isInteger(c.sampled) &&
    Number.isInteger(c.chunks) &&
    c.sampled >= 1 &&
    c.sampled <= c.chunks, 'C16', '1 ≤ m ≤ N', {
    m: c.sampled,
    N: c.chunks,
  }, 'Check at least one chunk, and at most all of them.');
  sizeRule(c, require);
  require(c.scheme !== 'freivalds' || c.profile === MODEL_PROFILE, 'C24', 'freivalds verifies models', {
    scheme: c.scheme,
    profile: c.profile,
  }, 'Use the scheme replay for this program.');
  // Payouts exist only where the rules on money hold.
  const fee = broken.length === 0 ? feeRule(p, c) : undefined;
  const keys = repeatedKey(contractKeys(p, c));
  const outpoints = repeatedOutpoint(
    ROLES.flatMap((role) => c[role].funding.map((coin) => outpointKey(coin.outpoint))),
  );
  for (const error of [fee, keys, outpoints]) if (error !== undefined) broken.push(error);
  return [...broken, ...fundingViolations(p, c)];
}

/**
 * Refuses a contract outside the rules (T §Constraints). Arbiters come later: `buildGraph` checks C17 to C19 again
 * with them.
 *
 * @param p - parameters that `checkParameters` accepted
 * @throws RuleError with the first broken rule
 */
export function checkContract(p: Parameters, c: Contract, estimates: WorkEstimates = {}): void {
  const [first] = contractViolations(p, c, estimates);
  if (first !== undefined) throw first;
}
