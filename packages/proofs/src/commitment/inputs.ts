import type { Hash32 } from '@prometheus-compute/protocol';
import { inputLeaf } from './leaf.ts';
import { type MerkleTree, merkleTree, verifyMerklePath } from './merkle.ts';

/**
 * The tree whose root the contract holds: over H("input", i, H(x_i)).
 * @param inputHashes - H(x_i) for i = 0..N−1
 * @throws ProofError `no-leaves`
 */
export function inputTree(inputHashes: readonly Hash32[]): MerkleTree {
  return merkleTree(inputHashes.map((hash, chunk) => inputLeaf(chunk, hash)));
}

/** Whether an input hash is that of chunk i of N under the contract's input root. Never throws. */
export function verifyInput(
  inputRoot: Hash32,
  chunks: number,
  chunk: number,
  inputHash: Hash32,
  path: readonly Hash32[],
): boolean {
  if (!Number.isInteger(chunk) || chunk < 0 || chunk >= chunks) return false;
  return verifyMerklePath(inputRoot, chunks, chunk, inputLeaf(chunk, inputHash), path);
}
