import { evenSecret, fromHex, pointOf, publicKey, toHex } from '@prometheus-compute/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinLock, maskShare, recoverShare, splitLock, sumsToLock } from '../../src/lock/shares.ts';
import { named, secretOf, testEntropy } from '../build/batch.ts';
import { formatVectors, hash, scalar } from '../build/vectors.ts';

describe('verification lock', () => {
  it('M §Bytes vectors: lock', () => {
    for (const { in: given, out } of formatVectors<{ contractHash: string; i: number; D: string; u: string }>(
      'lock',
    )) {
      const share = scalar(given.u);
      const masked = maskShare(share, hash(given.contractHash), given.i, hash(given.D));
      const mask = maskShare(new Uint8Array(32), hash(given.contractHash), given.i, hash(given.D));
      expect({ mask: toHex(mask), e: toHex(masked), U: toHex(pointOf(share)) }).toEqual(out);
      const recovered = recoverShare(
        masked,
        hash(given.contractHash),
        given.i,
        hash(given.D),
        pointOf(share),
      );
      expect(recovered).toEqual(fromHex(given.u));
    }
  });

  it('shares sum to u_p, their points to U', () => {
    const secret = evenSecret(secretOf('u_p'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.string(), (count, name) => {
        const shares = splitLock(secret, count, testEntropy(name));
        expect(shares).toHaveLength(count);
        expect(joinLock(shares)).toEqual(secret);
        expect(sumsToLock(shares.map(pointOf), publicKey(secret))).toBe(true);
        expect(sumsToLock(shares.slice(1).map(pointOf), publicKey(secret))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('is U with even Y only', () => {
    const even = evenSecret(secretOf('u_p'));
    const odd = secretOf('odd');
    expect(pointOf(even)[0]).toBe(2);
    expect(pointOf(odd)[0]).toBe(3);
    expect(sumsToLock([pointOf(odd)], publicKey(odd))).toBe(false);
    expect(sumsToLock([], publicKey(even))).toBe(false);
  });

  it('gives no share for another digest, chunk or contract, nor for what no scalar was masked in', () => {
    const share = secretOf('u');
    const [contract, digest] = [named('contract'), named('D')];
    const masked = maskShare(share, contract, 3, digest);
    const lockShare = pointOf(share);
    expect(recoverShare(masked, contract, 3, digest, lockShare)).toEqual(share);
    expect(recoverShare(masked, contract, 3, named('guess'), lockShare)).toBeUndefined();
    expect(recoverShare(masked, contract, 4, digest, lockShare)).toBeUndefined();
    expect(recoverShare(masked, named('other'), 3, digest, lockShare)).toBeUndefined();
    expect(recoverShare(masked.slice(1), contract, 3, digest, lockShare)).toBeUndefined();
    for (const unusable of [new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
      expect(
        recoverShare(maskShare(unusable, contract, 3, digest), contract, 3, digest, lockShare),
      ).toBeUndefined();
    }
  });

  it('refuses to split into nothing, or with a source of zeros', () => {
    expect(() => splitLock(secretOf('u'), 0, testEntropy(''))).toThrowError(
      expect.objectContaining({ code: 'sample-impossible' }),
    );
    expect(() => splitLock(secretOf('u'), 2, (length) => new Uint8Array(length))).toThrowError(
      expect.objectContaining({ code: 'entropy-unusable' }),
    );
  });
});
