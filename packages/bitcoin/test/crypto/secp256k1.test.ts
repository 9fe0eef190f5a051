import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { bigEndian, concatBytes, fromBigEndian, fromHex } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Curve } from '../../src/crypto/curve.ts';
import { verifyEcdsa, verifySchnorr, verifyTaprootTweak } from '../../src/crypto/secp256k1.ts';
import { portableCurve } from '../../src/crypto/secp256k1-portable.ts';
import { loadWasmCurve } from '../../src/crypto/secp256k1-wasm.ts';

const wasmCurve = await loadWasmCurve();
const ORDER = secp256k1.Point.CURVE().n;
const FIELD = secp256k1.Point.CURVE().p;

const secret = fc.bigInt({ min: 1n, max: ORDER - 1n }).map((value) => bigEndian(value, 32));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** The point with the other encodings of its key. */
function encodings(key: Uint8Array): { plain: Uint8Array; hybrid: Uint8Array; wrongHybrid: Uint8Array } {
  const plain = secp256k1.Point.fromBytes(key).toBytes(false);
  const withPrefix = (prefix: number) => concatBytes(Uint8Array.of(prefix), plain.subarray(1));
  const odd = plain[64]! & 1;
  return { plain, hybrid: withPrefix(6 + odd), wrongHybrid: withPrefix(7 - odd) };
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
}

const curves: [string, Curve][] = [
  ['portable', portableCurve],
  ...(wasmCurve === undefined ? [] : ([['accelerated', wasmCurve]] as [string, Curve][])),
];

it('has an accelerated curve here', () => {
  expect(wasmCurve).toBeDefined();
});

describe.each(curves)('%s curve', (_, curve) => {
  it('verifies Schnorr signatures, and none that was changed', () => {
    fc.assert(
      fc.property(secret, bytes32, bytes32, fc.nat(63), (key, message, aux, at) => {
        const publicKey = schnorr.getPublicKey(key);
        const signature = schnorr.sign(message, key, aux);
        expect(curve.schnorr(signature, message, publicKey)).toBe(true);
        expect(curve.schnorr(flip(signature, at), message, publicKey)).toBe(false);
        expect(curve.schnorr(signature, flip(message, at % 32), publicKey)).toBe(false);
        expect(curve.schnorr(signature, message, flip(publicKey, at % 32))).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  it('BIP340: signs as the reference does, byte for byte', () => {
    fc.assert(
      fc.property(secret, bytes32, bytes32, (key, message, aux) => {
        expect(curve.signSchnorr(message, key, aux)).toEqual(schnorr.sign(message, key, aux));
      }),
      { numRuns: 10 },
    );
  });

  it('verifies ECDSA signatures with high and low S under every encoding of the key', () => {
    fc.assert(
      fc.property(secret, bytes32, (key, digest) => {
        const publicKey = secp256k1.getPublicKey(key);
        const low = secp256k1.sign(digest, key, { prehash: false });
        const s = fromBigEndian(low.subarray(32));
        const high = concatBytes(low.subarray(0, 32), bigEndian(ORDER - s, 32));
        const { plain, hybrid, wrongHybrid } = encodings(publicKey);
        for (const signature of [low, high]) {
          expect(curve.ecdsa(signature, digest, publicKey)).toBe(true);
          expect(curve.ecdsa(signature, digest, plain)).toBe(true);
          expect(curve.ecdsa(signature, digest, hybrid)).toBe(true);
          expect(curve.ecdsa(signature, digest, wrongHybrid)).toBe(false);
          expect(curve.ecdsa(flip(signature, 31), digest, publicKey)).toBe(false);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('checks tweaks with their parity', () => {
    fc.assert(
      fc.property(secret, secret, (key, tweak) => {
        const internal = schnorr.getPublicKey(key);
        const point = schnorr.utils
          .lift_x(fromBigEndian(internal))
          .add(secp256k1.Point.BASE.multiply(fromBigEndian(tweak)));
        // A tweak that cancels the key has a test of its own below.
        fc.pre(!point.equals(secp256k1.Point.ZERO));
        const sum = point.toBytes(true);
        const output = sum.subarray(1);
        const parity = sum[0]! & 1;
        expect(curve.tweaks(internal, tweak, output, parity)).toBe(true);
        expect(curve.tweaks(internal, tweak, output, 1 - parity)).toBe(false);
        expect(curve.tweaks(internal, tweak, flip(output, 31), parity)).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  it('refuses tweaks that lead to infinity or are no scalars, and accepts none at all', () => {
    const generator = schnorr.getPublicKey(bigEndian(1n, 32));
    // The generator has an even y, so minus one cancels it.
    expect(curve.tweaks(generator, bigEndian(ORDER - 1n, 32), generator, 0)).toBe(false);
    expect(curve.tweaks(generator, bigEndian(ORDER, 32), generator, 0)).toBe(false);
    expect(curve.tweaks(generator, bigEndian(0n, 32), generator, 0)).toBe(true);
  });

  it('goes on after thousands of keys and signatures that are none', () => {
    const key = bigEndian(7n, 32);
    const publicKey = schnorr.getPublicKey(key);
    const message = bigEndian(9n, 32);
    const signature = schnorr.sign(message, key, new Uint8Array(32));
    const ecdsa = secp256k1.sign(message, key, { prehash: false });
    const noPoint = bigEndian(5n, 32);
    const overField = bigEndian(FIELD, 32);
    const overOrder = concatBytes(bigEndian(ORDER, 32), signature.subarray(32));
    let accepted = 0;
    for (let i = 0; i < 2_500; i++) {
      if (curve.schnorr(signature, message, noPoint)) accepted++;
      if (curve.schnorr(signature, message, overField)) accepted++;
      if (curve.ecdsa(ecdsa, message, concatBytes(Uint8Array.of(2), noPoint))) accepted++;
      if (curve.ecdsa(ecdsa, message, new Uint8Array(65).fill(4))) accepted++;
      if (curve.tweaks(noPoint, message, publicKey, 0)) accepted++;
    }
    for (const zero of [
      new Uint8Array(64),
      overOrder,
      concatBytes(signature.subarray(0, 32), bigEndian(ORDER, 32)),
    ]) {
      if (
        curve.schnorr(zero, message, publicKey) ||
        curve.ecdsa(zero, message, secp256k1.getPublicKey(key))
      ) {
        accepted++;
      }
    }
    expect(accepted).toBe(0);
    expect(curve.schnorr(signature, message, publicKey)).toBe(true);
  });
});

describe('entry points', () => {
  const key = bigEndian(3n, 32);
  const message = bigEndian(4n, 32);
  const signature = schnorr.sign(message, key, new Uint8Array(32));
  const publicKey = schnorr.getPublicKey(key);

  it('take sizes that are wrong for invalid', () => {
    expect(verifySchnorr(signature, message, publicKey)).toBe(true);
    expect(verifySchnorr(signature.subarray(1), message, publicKey)).toBe(false);
    expect(verifySchnorr(signature, message.subarray(1), publicKey)).toBe(false);
    expect(verifySchnorr(signature, message, publicKey.subarray(1))).toBe(false);
  });

  it('refuse ECDSA keys whose prefix does not fit their size', () => {
    const der = secp256k1.sign(message, key, { prehash: false, format: 'der' });
    const compressed = secp256k1.getPublicKey(key);
    const { plain } = encodings(compressed);
    const withPrefix = (bytes: Uint8Array, prefix: number) =>
      concatBytes(Uint8Array.of(prefix), bytes.subarray(1));
    expect(verifyEcdsa(der, message, compressed)).toBe(true);
    expect(verifyEcdsa(der, message, plain)).toBe(true);
    for (const wrong of [
      withPrefix(compressed, 4),
      withPrefix(plain, 2),
      withPrefix(plain, 5),
      new Uint8Array(0),
    ]) {
      expect(verifyEcdsa(der, message, wrong)).toBe(false);
    }
  });

  it('know BIP341’s commitment of a key to one leaf', () => {
    const internal = fromHex('187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27');
    const root = fromHex('5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21');
    const output = fromHex('147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3');
    expect(verifyTaprootTweak(output, internal, root, 1)).toBe(true);
    expect(verifyTaprootTweak(output, internal, root, 0)).toBe(false);
    expect(verifyTaprootTweak(internal, internal, root, 1)).toBe(false);
  });
});
