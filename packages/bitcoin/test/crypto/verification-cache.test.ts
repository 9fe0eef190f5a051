import { describe, expect, it } from 'vitest';
import { VerificationCache } from '../../src/crypto/verification-cache.ts';

const part = (byte: number) => [Uint8Array.of(byte)];

describe('verification cache', () => {
  it('runs a check that succeeds once, and one that fails every time', () => {
    const cache = new VerificationCache();
    let runs = 0;
    const run = (result: boolean) => () => {
      runs++;
      return result;
    };
    expect([cache.check('schnorr', part(1), run(true)), cache.check('schnorr', part(1), run(false))]).toEqual(
      [true, true],
    );
    expect(runs).toBe(1);
    expect([
      cache.check('schnorr', part(2), run(false)),
      cache.check('schnorr', part(2), run(false)),
    ]).toEqual([false, false]);
    expect(runs).toBe(3);
  });

  it('keeps kinds apart', () => {
    const cache = new VerificationCache();
    cache.check('schnorr', part(1), () => true);
    expect(cache.check('ecdsa', part(1), () => false)).toBe(false);
  });

  it('forgets the oldest when it is full', () => {
    const cache = new VerificationCache(2);
    for (const byte of [1, 2, 3]) cache.check('tweak', part(byte), () => true);
    expect(cache.size).toBe(2);
    expect(cache.check('tweak', part(3), () => false)).toBe(true);
    expect(cache.check('tweak', part(1), () => false)).toBe(false);
  });
});
