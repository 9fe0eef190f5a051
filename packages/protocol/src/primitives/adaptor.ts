import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import {
  type Hash32,
  type Point,
  point,
  type SchnorrSignature,
  type SecretScalar,
  schnorrSignature,
  secretScalar,
  type XOnlyKey,
} from './brands.ts';
import { bigEndian, concatBytes, equalBytes, fromBigEndian } from './bytes.ts';
import { CodedError } from './errors.ts';
import { publicKey } from './keys.ts';
import { fixed, taggedHash } from './tagged-hash.ts';

const Curve = secp256k1.Point;
const ORDER = Curve.Fn.ORDER;
const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

/**
 * BIP340 signature that is still locked by a point P_h = h_p·G (M §Conventions, Adaptor signature; D9): worthless
 * without h_p, and whoever holds it learns h_p from the completed signature. C gives it to W alone.
 */
export interface AdaptorSignature {
  /** R′ = k·G + P_h, with its parity. */
  readonly nonce: Point;
  /** ŝ, 32 bytes big-endian, below the group order. */
  readonly scalar: Uint8Array;
}

/** Codes of {@link AdaptorError}. */
export type AdaptorErrorCode = 'nonce-unusable' | 'self-check-failed';

/** A signature could not be made: sign again with other auxiliary randomness. Never carries a nonce or a secret. */
export class AdaptorError extends CodedError<AdaptorErrorCode> {}

/** e = BIP0340/challenge(x(R′) ‖ x(P) ‖ m) as a scalar. */
function challengeScalar(nonce: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return modulo(
    fromBigEndian(schnorr.utils.taggedHash('BIP0340/challenge', nonce.subarray(1), key, message)),
  );
}

/**
 * Adaptor signature with a given nonce k, for {@link adaptorSign} and the format vectors only: a nonce that is used
 * twice gives the key away.
 *
 * @throws AdaptorError `nonce-unusable` when k·G + P_h is infinity
 */
export function adaptorSignWithNonce(
  message: Hash32,
  secret: SecretScalar,
  pointLock: Point,
  nonce: SecretScalar,
): AdaptorSignature {
  const publicPoint = Curve.BASE.multiply(fromBigEndian(secret));
  const key = publicPoint.toBytes(true).subarray(1);
  const d = publicPoint.y % 2n === 0n ? fromBigEndian(secret) : ORDER - fromBigEndian(secret);
  const k = fromBigEndian(nonce);
  const locked = Curve.BASE.multiply(k).add(Curve.fromBytes(pointLock));
  if (locked.equals(Curve.ZERO)) {
    throw new AdaptorError('nonce-unusable', 'the nonce cancels the point lock; sign again', {
      rule: 'M §Conventions',
    });
  }
  const encoded = point(locked.toBytes(true));
  const e = challengeScalar(encoded, key, message);
  // BIP340 needs an even R: with an odd R′ the completed signature has R = −R′, so the nonce's sign turns.
  const scalar = encoded[0] === 2 ? modulo(k + e * d) : modulo(e * d - k);
  return { nonce: encoded, scalar: bigEndian(scalar, 32) };
}

/**
 * Adaptor signature of a 32-byte message under the point lock P_h. The nonce is derived as in BIP340 with P_h mixed
 * in, so that it differs from every plain signature's, and never leaves this function. The result is verified
 * before it is returned, as BIP340 recommends against faults.
 *
 * @param auxRandom - 32 bytes, fresh for every call
 * @throws AdaptorError `nonce-unusable`, `self-check-failed`: try again with other randomness
 */
export function adaptorSign(
  message: Hash32,
  secret: SecretScalar,
  pointLock: Point,
  auxRandom: Uint8Array,
): AdaptorSignature {
  const key = publicKey(secret);
  const mask = taggedHash('adaptor-aux', fixed(auxRandom));
  const masked = secret.map((byte, i) => byte ^ mask[i]!);
  const k = modulo(
    fromBigEndian(taggedHash('adaptor-nonce', fixed(masked), fixed(key), fixed(pointLock), fixed(message))),
  );
  if (k === 0n) {
    throw new AdaptorError('nonce-unusable', 'the derived nonce is zero; sign again', { rule: 'BIP340' });
  }
  const signature = adaptorSignWithNonce(message, secret, pointLock, secretScalar(bigEndian(k, 32)));
  if (!adaptorVerify(signature, message, key, pointLock)) {
    throw new AdaptorError('self-check-failed', 'the new adaptor signature does not verify; sign again', {
      rule: 'BIP340',
    });
  }
  return signature;
}

/**
 * Whether completing `signature` with the discrete logarithm of `pointLock` will give a valid BIP340 signature of
 * `message` under `key`. Check before relying on it. Never throws.
 */
export function adaptorVerify(
  signature: AdaptorSignature,
  message: Hash32,
  key: XOnlyKey,
  pointLock: Point,
): boolean {
  try {
    const scalar = fromBigEndian(signature.scalar);
    if (signature.scalar.length !== 32 || scalar >= ORDER) return false;
    // R′ = P_h means k = 0: the completed signature would be s = e·d + h_p, and h_p is all that hides d.
    if (equalBytes(signature.nonce, pointLock)) return false;
    const locked = Curve.fromBytes(signature.nonce);
    const e = challengeScalar(signature.nonce, key, message);
    const keyPoint = schnorr.utils.lift_x(fromBigEndian(key));
    const plain = locked.subtract(Curve.fromBytes(pointLock));
    const left = Curve.BASE.multiplyUnsafe(scalar).subtract(keyPoint.multiplyUnsafe(e));
    return left.equals(signature.nonce[0] === 2 ? plain : plain.negate());
  } catch {
    return false;
  }
}

/**
 * The BIP340 signature that `signature` becomes with h_p. It is valid if {@link adaptorVerify} accepted the adaptor
 * signature for P_h = h_p·G. Whoever sees it and holds `signature` learns h_p.
 */
export function adaptorComplete(signature: AdaptorSignature, secret: SecretScalar): SchnorrSignature {
  const locked = fromBigEndian(signature.scalar);
  const h = fromBigEndian(secret);
  const s = signature.nonce[0] === 2 ? modulo(locked + h) : modulo(locked - h);
  return schnorrSignature(concatBytes(signature.nonce.subarray(1), bigEndian(s, 32)));
}

/**
 * h_p, from an adaptor signature and the signature that it was completed to.
 *
 * @returns undefined when the two do not belong together or the difference does not open `pointLock`
 */
export function adaptorExtract(
  adaptor: AdaptorSignature,
  signature: SchnorrSignature,
  pointLock: Point,
): SecretScalar | undefined {
  if (!equalBytes(signature.subarray(0, 32), adaptor.nonce.subarray(1))) return undefined;
  const difference = fromBigEndian(signature.subarray(32)) - fromBigEndian(adaptor.scalar);
  const h = modulo(adaptor.nonce[0] === 2 ? difference : -difference);
  if (h === 0n) return undefined;
  const opened = Curve.BASE.multiply(h).toBytes(true);
  return equalBytes(opened, pointLock) ? secretScalar(bigEndian(h, 32)) : undefined;
}
