import { schnorr } from '@noble/curves/secp256k1.js';
import type { Hash32, SchnorrSignature, SecretScalar, XOnlyKey } from './brands.ts';
import { schnorrSignature } from './brands.ts';
import { EncodingError } from './errors.ts';

/**
 * BIP340 signature of a 32-byte message.
 *
 * @param auxRandom - 32 bytes from the Entropy port, fresh for every call (BIP340: hardens the nonce)
 * @throws EncodingError `length-wrong` when `auxRandom` has not 32 bytes
 */
export function schnorrSign(message: Hash32, secret: SecretScalar, auxRandom: Uint8Array): SchnorrSignature {
  if (auxRandom.length !== 32) {
    throw new EncodingError('length-wrong', 'auxiliary randomness has 32 bytes');
  }
  return schnorrSignature(schnorr.sign(message, secret, auxRandom));
}

/** Whether `signature` is a BIP340 signature of `message` under `key`. Never throws. */
export function schnorrVerify(signature: SchnorrSignature, message: Hash32, key: XOnlyKey): boolean {
  try {
    return schnorr.verify(signature, message, key);
  } catch {
    return false;
  }
}

/** What an accelerated signing has to look like to take the place of {@link schnorrSign}. */
export type SchnorrSign = typeof schnorrSign;

/** What an accelerated verification has to look like to take the place of {@link schnorrVerify}. */
export type SchnorrVerify = typeof schnorrVerify;
