import { equalBytes, fixed, type Hash32, taggedHash, u32 } from '@prometheus-compute/protocol';
import { ProofError } from '../errors.ts';

/**
 * Binary Merkle tree (M §Bytes): node = H("node", left, right); a node without a sibling is promoted; the number of
 * leaves is bound into the root = H("root", N, top), so that one tree cannot be shown as a smaller one.
 */
export interface MerkleTree {
  readonly root: Hash32;
  /** From the leaves up to the top, which stands alone. */
  readonly levels: readonly (readonly Hash32[])[];
}

/**
 * @param leaves - N ≥ 1 leaf hashes, in order
 * @throws ProofError `no-leaves`
 */
export function merkleTree(leaves: readonly Hash32[]): MerkleTree {
  if (leaves.length === 0)
    throw new ProofError('no-leaves', 'a Merkle tree has a leaf', { rule: 'M §Bytes' });
  const levels: Hash32[][] = [[...leaves]];
  let level = levels[0]!;
  while (level.length > 1) {
    const above: Hash32[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i]!;
      const right = level[i + 1];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    levels.push(above);
    level = above;
  }
  return { root: rootHash(leaves.length, level[0]!), levels };
}

/** Root of the tree over `leaves`. @throws ProofError `no-leaves` */
export function merkleRoot(leaves: readonly Hash32[]): Hash32 {
  return merkleTree(leaves).root;
}

/**
 * The siblings of leaf `index` from below; a level where the node is promoted adds none.
 * @throws ProofError `index-out-of-range`
 */
export function merklePath(tree: MerkleTree, index: number): readonly Hash32[] {
  const count = tree.levels[0]!.length;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new ProofError('index-out-of-range', `there is no leaf ${index} of ${count}`, {
      evidence: { index, count },
    });
  }
  const path: Hash32[] = [];
  let place = index;
  for (const level of tree.levels.slice(0, -1)) {
    const sibling = level[place % 2 === 0 ? place + 1 : place - 1];
    if (sibling !== undefined) path.push(sibling);
    place = Math.floor(place / 2);
  }
  return path;
}

/**
 * Whether `path` leads from leaf `index` of N to `root`. The index decides on which side each sibling stands, so a path
 * proves a position too. Never throws.
 */
export function verifyMerklePath(
  root: Hash32,
  count: number,
  index: number,
  leaf: Hash32,
  path: readonly Hash32[],
): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= count || count > 0xffff_ffff) return false;
  let node = leaf;
  let place = index;
  let used = 0;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    const odd = place % 2 === 1;
    if (odd || place + 1 < width) {
      const sibling = path[used];
      if (sibling === undefined) return false;
      used += 1;
      node = odd ? nodeHash(sibling, node) : nodeHash(node, sibling);
    }
    place = Math.floor(place / 2);
  }
  return used === path.length && equalBytes(rootHash(count, node), root);
}

function nodeHash(left: Hash32, right: Hash32): Hash32 {
  return taggedHash('node', fixed(left), fixed(right));
}

function rootHash(count: number, top: Hash32): Hash32 {
  return taggedHash('root', u32(count), fixed(top));
}
