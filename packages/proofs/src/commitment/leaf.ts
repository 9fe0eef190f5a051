import { fixed, type Hash32, taggedHash, u32 } from '@prometheus-compute/protocol';

/** inner_i = H("inner", H(y_i), τ_i): commits to the result and to how it came about. */
export function innerHash(outputHash: Hash32, traceCommitment: Hash32): Hash32 {
  return taggedHash('inner', fixed(outputHash), fixed(traceCommitment));
}

/** leaf_i = H("leaf", i, H(x_i), inner_i, H(ct_i)), the leaf of R. */
export function leafHash(chunk: number, input: Hash32, inner: Hash32, ciphertext: Hash32): Hash32 {
  return taggedHash('leaf', u32(chunk), fixed(input), fixed(inner), fixed(ciphertext));
}

/** H("input", i, H(x_i)), the leaf of the contract's input root. */
export function inputLeaf(chunk: number, input: Hash32): Hash32 {
  return taggedHash('input', u32(chunk), fixed(input));
}
