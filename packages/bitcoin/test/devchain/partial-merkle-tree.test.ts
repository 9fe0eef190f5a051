import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleRoot } from '../../src/devchain/blocks/merkle.ts';
import { encodePartialTree, readPartialTree } from '../../src/devchain/blocks/partial-merkle-tree.ts';

const leaf = (index: number) => sha256(Uint8Array.of(index));

describe('partial merkle tree (BIP37)', () => {
  it('proves exactly the marked leaves under the root of the block', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (marked) => {
        const leaves = marked.map((_, index) => leaf(index));
        const tree = readPartialTree(encodePartialTree(leaves, marked));
        expect(tree).toEqual({
          root: merkleRoot(leaves).root,
          count: leaves.length,
          matches: leaves.filter((_, index) => marked[index]),
        });
      }),
    );
  });

  it('refuses near misses: hashes or bits left over or missing, no leaf, equal neighbours', () => {
    const leaves = [0, 1, 2, 3, 4].map(leaf);
    const good = encodePartialTree(leaves, [false, true, false, false, true]);
    const lessHashes = good.slice();
    lessHashes[0] = 200;
    expect(readPartialTree(lessHashes)).toBeUndefined();
    const noLeaf = good.slice();
    noLeaf[0] = 0;
    expect(readPartialTree(noLeaf)).toBeUndefined();
    const twins = encodePartialTree([leaf(1), leaf(1)], [true, true]);
    expect(readPartialTree(twins)).toBeUndefined();
    expect(() => readPartialTree(good.slice(0, -1))).toThrowError(
      expect.objectContaining({ code: 'truncated' }) as Error,
    );
    expect(() => readPartialTree(Uint8Array.from([...good, 0]))).toThrowError(
      expect.objectContaining({ code: 'trailing-bytes' }) as Error,
    );
  });
});
