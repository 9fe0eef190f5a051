import { createHash } from 'node:crypto';
import {
  equalBytes,
  fixed,
  fromHex,
  hash32,
  taggedHash,
  toHex,
  u32,
  variable,
} from '@prometheus-compute/protocol';
import { PROFILE } from '@prometheus-compute/sandbox';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../src/commitment/content-hash.ts';
import { innerHash, inputLeaf, leafHash } from '../../src/commitment/leaf.ts';
import {
  inputTree,
  merklePath,
  merkleRoot,
  merkleTree,
  programHash,
  verifyInput,
  verifyMerklePath,
} from '../../src/index.ts';
import { formatVectors, hash, replayVectors } from '../build/vectors.ts';

describe('hashes of contents', () => {
  it('M §Bytes vectors: leaf', () => {
    for (const { in: given, out } of formatVectors<{
      i: number;
      x: string;
      y: string;
      tau: string;
      ct: string;
    }>('leaf')) {
      const hx = contentHash('x', fromHex(given.x));
      const hy = contentHash('y', fromHex(given.y));
      const hct = contentHash('ct', fromHex(given.ct));
      const inner = innerHash(hy, hash(given.tau));
      expect({
        hx: toHex(hx),
        hy: toHex(hy),
        hct: toHex(hct),
        inner: toHex(inner),
        leaf: toHex(leafHash(given.i, hx, inner, hct)),
        inputLeaf: toHex(inputLeaf(given.i, hx)),
      }).toEqual(out);
    }
  });

  it('is the tagged hash, for contents on both sides of each switch to another implementation', () => {
    for (const size of [0, 1, 255, 256, 4096, 24_576, 24_577, 100_000, 300]) {
      const content = Uint8Array.from({ length: size }, (_, i) => i % 253);
      expect(contentHash('ct', content)).toEqual(taggedHash('ct', variable(content)));
    }
  });

  it('programHash vectors: binds module and arguments, and their boundaries', () => {
    for (const { in: given, out } of replayVectors<{ wasm: string; arguments: string[] }>('program')) {
      const program = { profile: PROFILE, code: fromHex(given.wasm), arguments: given.arguments };
      expect(toHex(programHash(program))).toBe(out.programHash);
    }
  });
});

describe('Merkle trees', () => {
  it('M §Bytes vectors: merkle', () => {
    for (const { in: given, out } of formatVectors<{ leaves: string[] }>('merkle')) {
      const leaves = given.leaves.map(hash);
      const tree = merkleTree(leaves);
      expect(toHex(tree.root)).toBe(out.root);
      expect(leaves.map((_, i) => merklePath(tree, i).map(toHex))).toEqual(out.paths);
    }
  });

  it('M §Bytes vectors: merkleVerify, refusals included', () => {
    for (const { in: given, out } of formatVectors<{
      root: string;
      N: number;
      i: number;
      leaf: string;
      path: string[];
    }>('merkleVerify')) {
      const path = given.path.map(hash);
      expect(verifyMerklePath(hash(given.root), given.N, given.i, hash(given.leaf), path)).toBe(out.ok);
    }
  });

  const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => taggedHash('test', u32(i)));

  it('proves every leaf at its place and nowhere else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (count, a, b) => {
        const leaves = leavesOf(count);
        const tree = merkleTree(leaves);
        const index = a % count;
        const other = b % count;
        const path = merklePath(tree, index);
        expect(verifyMerklePath(tree.root, count, index, leaves[index]!, path)).toBe(true);
        expect(verifyMerklePath(tree.root, count, other, leaves[index]!, path)).toBe(index === other);
        expect(verifyMerklePath(tree.root, count + 1, index, leaves[index]!, path)).toBe(false);
        expect(verifyMerklePath(tree.root, count, index, leaves[index]!, [...path, tree.root])).toBe(false);
        expect(verifyMerklePath(tree.root, count, index, taggedHash('test'), path)).toBe(false);
        if (path.length > 0) {
          expect(verifyMerklePath(tree.root, count, index, leaves[index]!, path.slice(1))).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('has another root for other leaves, another order, another number', () => {
    const roots = [1, 2, 3, 4, 5].map((count) => toHex(merkleRoot(leavesOf(count))));
    roots.push(toHex(merkleRoot(leavesOf(5).reverse())));
    expect(new Set(roots).size).toBe(roots.length);
  });

  it('no-leaves, index-out-of-range', () => {
    expect(() => merkleTree([])).toThrowError(expect.objectContaining({ code: 'no-leaves' }));
    const tree = merkleTree(leavesOf(3));
    for (const index of [-1, 3, 0.5]) {
      expect(() => merklePath(tree, index)).toThrowError(
        expect.objectContaining({ code: 'index-out-of-range' }),
      );
      expect(verifyMerklePath(tree.root, 3, index, leavesOf(1)[0]!, [])).toBe(false);
    }
  });

  it('the input root is over H("input", i, H(x_i))', () => {
    const hashes = [0, 1, 2].map((i) => contentHash('x', Uint8Array.of(i)));
    const tree = inputTree(hashes);
    const [a, b, c] = hashes.map((hx, i) => inputLeaf(i, hx));
    const top = taggedHash('node', fixed(taggedHash('node', fixed(a!), fixed(b!))), fixed(c!));
    expect(equalBytes(tree.root, taggedHash('root', u32(3), fixed(top)))).toBe(true);
    expect(verifyInput(tree.root, 3, 1, hashes[1]!, merklePath(tree, 1))).toBe(true);
    expect(verifyInput(tree.root, 3, 0, hashes[1]!, merklePath(tree, 1))).toBe(false);
    expect(verifyInput(tree.root, 3, 1.5, hashes[1]!, merklePath(tree, 1))).toBe(false);
    const forged = hash32(new Uint8Array(createHash('sha256').update('x').digest()));
    expect(verifyInput(tree.root, 3, 1, forged, merklePath(tree, 1))).toBe(false);
  });
});
