import { equalBytes, toHex } from '../primitives/bytes.ts';
import { BASIS_POINTS, MAX_VARIANTS, NUMS_KEY, type Parameters, quorum, variantCount } from './parameters.ts';
import { RuleError } from './rule-error.ts';

/** Largest wait in blocks that BIP68 can express. */
export const MAX_WAIT = 65_535;

/** Options of the parameter rules. */
export interface ParameterOptions {
  /** The operator allowed this P by its txid although F may be spendable (P11, D28). */
  readonly allowSpendableFund?: boolean;
}

const NEW_P = 'Choose another P, or announce one with values inside the bounds.';

/** Every rule P1..P12 that `p` breaks, in order; empty when it may be used. */
export function parameterViolations(p: Parameters, options: ParameterOptions = {}): readonly RuleError[] {
  const broken: RuleError[] = [];
  const fraction = (value: number): boolean => Number.isInteger(value) && value > 0;
  const require = (
    holds: boolean,
    id: ConstructorParameters<typeof RuleError>[0],
    statement: string,
    evidence: Record<string, string | number | bigint>,
    remedy = NEW_P,
  ): void => {
    if (!holds) broken.push(new RuleError(id, statement, evidence, remedy));
  };
  const { w, v, a, n, alpha, beta, gamma, delta, epsilon, mu, sigma, t1, t2, t3, t4 } = p;

  require(fraction(alpha) &&
    alpha <= BASIS_POINTS &&
    fraction(beta) &&
    beta <= BASIS_POINTS, 'P1', 'α and β lie in (0, 1]', { alpha, beta });
  // P2: with ε = 0 nobody would lose by blocking the arbitration; γ ≥ ε would take more from W than it loses (D19).
  require(fraction(gamma) &&
    gamma < epsilon &&
    fraction(epsilon) &&
    epsilon <= BASIS_POINTS, 'P2', '0 < γ < ε ≤ 1', { gamma, epsilon });
  require(fraction(delta) && delta < BASIS_POINTS, 'P3', 'δ lies in (0, 1)', { delta });
  // P4: with μ ≤ 1/2 two disjoint sets could both be coherent (D23).
  require(fraction(mu) && 2 * mu > BASIS_POINTS && mu <= BASIS_POINTS, 'P4', '1/2 < μ ≤ 1', { mu });
  require(fraction(sigma) && sigma < BASIS_POINTS, 'P5', 'σ lies in (0, 1)', { sigma });
  require(w <= v && v < a, 'P6', 'w ≤ v < a', { w, v, a });
  require(Number.isInteger(n) && n >= 3 && n <= 11, 'P7', '3 ≤ n ≤ 11', { n });
  const k = quorum(p);
  require(k <= n, 'P8', 'k = ⌈μn⌉ ≤ n', { k, n });
  const times = [t1, t2, t3, t4];
  require(times.every((t) => Number.isInteger(t)) &&
    t1 >= 1 &&
    t1 < t2 &&
    t2 < t3 &&
    t3 < t4 &&
    t4 <= MAX_WAIT, 'P9', '1 ≤ t1 < t2 < t3 < t4 ≤ 65535', { t1, t2, t3, t4 });
  const sets = variantCount(n, k);
  require(sets <= MAX_VARIANTS, 'P10', 'at most 256 coherent sets S', {
    n,
    k,
    sets,
  }, 'Choose a P with a larger μ or fewer arbiters.');
  require(options.allowSpendableFund === true ||
    equalBytes(p.F, NUMS_KEY), 'P11', 'F is the unspendable NUMS key', {
    F: toHex(p.F),
  }, 'F takes the largest flows, and who owns it gains from causing them. Allow this P by its txid if you trust it.');
  const limit = 1n << 56n;
  require(w > 0n && w < limit && v < limit && a < limit, 'P12', 'w > 0 and w, v, a < 2^56', { w, v, a });
  return broken;
}

/**
 * Refuses a P outside its bounds (T §Constraints).
 * @throws RuleError with the first broken rule, P1..P12
 */
export function checkParameters(p: Parameters, options: ParameterOptions = {}): void {
  const [first] = parameterViolations(p, options);
  if (first !== undefined) throw first;
}
