import { ProofError } from '../errors.ts';

/**
 * Probability that a sample of m of N chunks holds one of f bad ones: 1 − C(N−f, m)/C(N, m). Computed in logarithms
 * over min(f, m) factors, so neither large numbers overflow nor small probabilities vanish (relative error below 1e-9).
 *
 * @param chunks - N
 * @param sampled - m
 * @param badChunks - f
 * @throws ProofError `sample-impossible`
 *
 * @example
 * detectionProbability(20, 10, 1); // 0.5
 */
export function detectionProbability(chunks: number, sampled: number, badChunks: number): number {
  for (const [value, least] of [
    [sampled, 1],
    [badChunks, 0],
  ] as const) {
    if (!Number.isSafeInteger(chunks) || !Number.isSafeInteger(value) || value < least || value > chunks) {
      throw new ProofError(
        'sample-impossible',
        `${sampled} sampled or ${badChunks} bad of ${chunks} chunks`,
        {
          evidence: { chunks, sampled, badChunks },
          rule: 'C16',
        },
      );
    }
  }
  if (badChunks + sampled > chunks) return 1;
  // C(N−f, m)/C(N, m) is symmetric in f and m: ∏ (N−a−j)/(N−j) for j < b with {a, b} = {f, m}
  const larger = Math.max(badChunks, sampled);
  let missed = 0;
  for (let j = 0; j < Math.min(badChunks, sampled); j++) {
    missed += Math.log1p(-larger / (chunks - j));
    if (missed < CERTAIN) return 1;
  }
  return 0 - Math.expm1(missed);
}

/** exp(−50) is below half of the spacing of numbers next to 1, so what follows cannot change the result. */
const CERTAIN = -50;
