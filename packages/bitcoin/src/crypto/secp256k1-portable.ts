import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { equalBytes, fromBigEndian } from '@prometheus-compute/protocol';
import type { Curve } from './curve.ts';
import { isBelowOrder } from './scalar-range.ts';

/** Prefixes of a 65-byte key: plain, and the forgotten hybrid form that also tells the parity of y. */
const UNCOMPRESSED = 0x04;
const HYBRID_EVEN = 0x06;
const HYBRID_ODD = 0x07;

/** Pure JavaScript: runs everywhere. */
export const portableCurve: Curve = {
  signSchnorr: (message, secret, auxRandom) => schnorr.sign(message, secret, auxRandom),

  schnorr: (signature, message, key) => schnorr.verify(signature, message, key),

  ecdsa(signature, digest, key) {
    const plain = withoutHybridPrefix(key);
    if (plain === undefined) return false;
    try {
      return secp256k1.verify(signature, digest, plain, { prehash: false, lowS: false, format: 'compact' });
    } catch {
      return false;
    }
  },

  tweaks(internal, tweak, output, parity) {
    if (!isBelowOrder(tweak)) return false;
    try {
      const scalar = fromBigEndian(tweak);
      const base = schnorr.utils.lift_x(fromBigEndian(internal));
      const tweaked = scalar === 0n ? base : base.add(secp256k1.Point.BASE.multiplyUnsafe(scalar));
      const compressed = tweaked.toBytes(true);
      return (compressed[0]! & 1) === parity && equalBytes(compressed.subarray(1), output);
    } catch {
      return false;
    }
  },
};

/** The same key with prefix 04 where it had a hybrid one; undefined when the parity it claims is wrong. */
function withoutHybridPrefix(key: Uint8Array): Uint8Array | undefined {
  const prefix = key[0];
  if (key.length !== 65 || (prefix !== HYBRID_EVEN && prefix !== HYBRID_ODD)) return key;
  if ((key[64]! & 1) !== (prefix & 1)) return undefined;
  const plain = key.slice();
  plain[0] = UNCOMPRESSED;
  return plain;
}
