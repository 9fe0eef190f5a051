import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AdaptorError,
  adaptorComplete,
  adaptorExtract,
  adaptorSign,
  adaptorVerify,
  bigEndian,
  fromBigEndian,
  hash32,
  pointOf,
  publicKey,
  schnorrSign,
  schnorrSignature,
  schnorrVerify,
  secretScalar,
  toHex,
} from '../../src/index.ts';
import { adaptorSignWithNonce } from '../../src/primitives/adaptor.ts';
import { fixtureHash, fixtureSecret } from '../fixtures/terms.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const secret = fixtureSecret('adaptor signer');
const h = fixtureSecret('adaptor lock');
const pointLock = pointOf(h);
const message = fixtureHash('adaptor message');
const aux = fixtureHash('adaptor randomness');

describe('adaptor signatures under P_h (M §Conventions)', () => {
  it('complete to a BIP340 signature and give h_p to whoever holds both', () => {
    fc.assert(
      fc.property(bytes32, bytes32, (random, text) => {
        const adaptor = adaptorSign(hash32(text), secret, pointLock, random);
        const signature = adaptorComplete(adaptor, h);
        expect(schnorrVerify(signature, hash32(text), publicKey(secret))).toBe(true);
        expect(adaptorExtract(adaptor, signature, pointLock)).toEqual(h);
      }),
      { numRuns: 12 },
    );
  });

  it('are worthless before they are completed', () => {
    const adaptor = adaptorSign(message, secret, pointLock, aux);
    const uncompleted = schnorrSignature(new Uint8Array([...adaptor.nonce.slice(1), ...adaptor.scalar]));
    expect(schnorrVerify(uncompleted, message, publicKey(secret))).toBe(false);
  });

  it('use another nonce for every message, lock, key and randomness', () => {
    const nonces = [
      adaptorSign(message, secret, pointLock, aux),
      adaptorSign(fixtureHash('another message'), secret, pointLock, aux),
      adaptorSign(message, fixtureSecret('another signer'), pointLock, aux),
      adaptorSign(message, secret, pointOf(fixtureSecret('another lock')), aux),
      adaptorSign(message, secret, pointLock, fixtureHash('other randomness')),
    ].map(({ nonce }) => toHex(nonce));
    const plain = toHex(schnorrSign(message, secret, aux).subarray(0, 32));
    expect(new Set([...nonces.map((nonce) => nonce.slice(2)), plain]).size).toBe(6);
  });

  it('give nothing that stands for k: R′ − P_h is not the nonce of a plain signature', () => {
    expect(Object.keys(adaptorSign(message, secret, pointLock, aux)).sort()).toEqual(['nonce', 'scalar']);
  });

  it('nonce-unusable: a nonce that cancels the lock is refused', () => {
    const negated = secretScalar(bigEndian(ORDER - fromBigEndian(h), 32));
    expect(() => adaptorSignWithNonce(message, secret, pointLock, negated)).toThrow(
      expect.objectContaining({ code: 'nonce-unusable', name: AdaptorError.name }),
    );
  });

  it('are not extracted from a signature that belongs to another one', () => {
    const adaptor = adaptorSign(message, secret, pointLock, aux);
    const stranger = schnorrSign(message, secret, aux);
    expect(adaptorExtract(adaptor, stranger, pointLock)).toBeUndefined();
    const signature = adaptorComplete(adaptor, h);
    const wrong = schnorrSignature(signature.map((byte, i) => (i === 63 ? byte ^ 1 : byte)));
    expect(adaptorExtract(adaptor, wrong, pointLock)).toBeUndefined();
    const turned = pointOf(secretScalar(bigEndian(ORDER - fromBigEndian(h), 32)));
    expect(adaptorExtract(adaptor, signature, turned)).toBeUndefined();
  });

  it('are refused, not thrown over, when malformed', () => {
    const adaptor = adaptorSign(message, secret, pointLock, aux);
    const key = publicKey(secret);
    expect(adaptorVerify({ ...adaptor, scalar: new Uint8Array(31) }, message, key, pointLock)).toBe(false);
    expect(adaptorVerify({ ...adaptor, scalar: bigEndian(ORDER, 32) }, message, key, pointLock)).toBe(false);
    expect(adaptorVerify({ ...adaptor, nonce: pointLock }, message, key, pointLock)).toBe(false);
  });
});

describe('BIP340', () => {
  it('signs and verifies; a mutated signature, message or key is refused and never thrown over', () => {
    const signature = schnorrSign(message, secret, aux);
    const key = publicKey(secret);
    expect(schnorrVerify(signature, message, key)).toBe(true);
    for (const position of [0, 31, 32, 63]) {
      const bad = schnorrSignature(signature.map((byte, i) => (i === position ? byte ^ 0xff : byte)));
      expect(schnorrVerify(bad, message, key)).toBe(false);
    }
    expect(schnorrVerify(signature, fixtureHash('another'), key)).toBe(false);
    expect(schnorrVerify(signature, message, publicKey(h))).toBe(false);
    expect(schnorrVerify(signature, message, new Uint8Array(32).fill(255) as typeof key)).toBe(false);
  });

  it('length-wrong: auxiliary randomness has 32 bytes', () => {
    expect(() => schnorrSign(message, secret, new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: 'length-wrong' }),
    );
  });
});
