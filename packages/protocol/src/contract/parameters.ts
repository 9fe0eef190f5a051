import { type Satoshi, satoshi, type XOnlyKey, xOnlyKey } from '../primitives/brands.ts';
import { fromHex } from '../primitives/bytes.ts';

/** Fractions are basis points: integers of 1/10000 (T §Notation). */
export const BASIS_POINTS = 10_000;

/**
 * The parameters P of Table 1 (paper), as T_P announces them on the chain. Amounts in satoshis, fractions in basis
 * points, times in blocks after Tx0's confirmation.
 */
export interface Parameters {
  /** Worker's stake. */
  readonly w: Satoshi;
  /** Verifier's stake. */
  readonly v: Satoshi;
  /** Least stake of an arbiter. */
  readonly a: Satoshi;
  /** Number of arbiters. */
  readonly n: number;
  /**
   * Output key of the fund, 32 bytes: receives what nobody should gain. NUMS unless allowed by name (D28). It need not
   * be on the curve: then nobody can spend it either (BIP341).
   */
  readonly F: Uint8Array;
  /** Part of w that the Worker loses when it times out (#1). */
  readonly alpha: number;
  /** Part of v that the Verifier loses when it times out (#2). */
  readonly beta: number;
  /** Part of w that compensates the Client (#5, challenge). */
  readonly gamma: number;
  /** Part of w that a faulty Worker loses without appeal (#4). */
  readonly delta: number;
  /** Part of every stake that is lost when arbitration does not decide (#5). */
  readonly epsilon: number;
  /** Coherence: k = ⌈μ·n⌉ arbiters must agree. */
  readonly mu: number;
  /** The Worker's part of the reward c; the Verifier's is 1−σ (D17). */
  readonly sigma: number;
  /** From here W can take Tx3 (#2). */
  readonly t1: number;
  /** t2−t1: length of the challenge after TxV1 and of the appeal after TxV0. */
  readonly t2: number;
  /** From here C and V can take Tx1 (#1). */
  readonly t3: number;
  /** From here stakes and bond free themselves; t4−t3: length of an arbitration. */
  readonly t4: number;
}

/** BIP341's H: the x coordinate of a point whose discrete logarithm nobody knows. Internal key of every tree. */
export const NUMS_KEY: XOnlyKey = xOnlyKey(
  fromHex('50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0'),
);

/** Default P (T §Default P). */
export const DEFAULT_PARAMETERS: Parameters = Object.freeze({
  w: satoshi(400_000n),
  v: satoshi(500_000n),
  a: satoshi(5_000_000n),
  n: 5,
  F: NUMS_KEY,
  alpha: 2_500,
  beta: 2_000,
  gamma: 1_000,
  delta: 7_000,
  epsilon: 2_000,
  mu: 7_000,
  sigma: 9_000,
  t1: 288,
  t2: 432,
  t3: 576,
  t4: 1_152,
});

/** ⌊x·y⌋ for a fraction x in basis points: every product of the tables is floored (T §Notation). */
export function share(basisPoints: number, amount: bigint): bigint {
  return (BigInt(basisPoints) * amount) / BigInt(BASIS_POINTS);
}

/** k = ⌈μ·n⌉ in integers (D23). */
export function quorum(parameters: Pick<Parameters, 'n' | 'mu'>): number {
  return Math.ceil((parameters.mu * parameters.n) / BASIS_POINTS);
}

/** Largest number of coherent sets S that a graph spells out (P10). */
export const MAX_VARIANTS = 256;

/** How many coherent sets S ⊆ {1..n} with |S| ≥ k there are. */
export function variantCount(n: number, k: number): number {
  let count = 0;
  let binomial = 1;
  for (let size = n; size >= k && size >= 0; size--) {
    count += binomial;
    binomial = (binomial * size) / (n - size + 1);
  }
  return count;
}

/**
 * The coherent sets S ⊆ {1..n} with |S| ≥ k, each ascending; larger sets first (they pay out earlier, D8), then
 * lexicographic.
 */
export function variants(n: number, k: number): readonly (readonly number[])[] {
  const sets: number[][] = [];
  const extend = (chosen: readonly number[], next: number, size: number): void => {
    if (chosen.length === size) {
      sets.push([...chosen]);
      return;
    }
    for (let i = next; i <= n - (size - chosen.length) + 1; i++) extend([...chosen, i], i + 1, size);
  };
  for (let size = n; size >= Math.max(k, 1); size--) extend([], 1, size);
  return sets;
}
