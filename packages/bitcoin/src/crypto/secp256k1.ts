import { EncodingError, type SchnorrSign, schnorrSign, schnorrSignature } from '@prometheus-compute/protocol';
import type { Curve } from './curve.ts';
import { parseLaxDer } from './der.ts';
import { tapTweakHash } from './hashes.ts';
import { portableCurve } from './secp256k1-portable.ts';
import { loadWasmCurve } from './secp256k1-wasm.ts';
import type { VerificationCache } from './verification-cache.ts';

/** The fastest implementation that loads here; chosen once. */
const curve: Curve = (await loadWasmCurve()) ?? portableCurve;

/**
 * BIP340 signature, the same bytes as protocol's `schnorrSign` gives, and checked as BIP340 recommends: a fault of the
 * machine must not give the secret away.
 *
 * @param auxRandom - 32 fresh bytes
 * @throws EncodingError `length-wrong`
 */
export const signSchnorr: SchnorrSign = (message, secret, auxRandom) => {
  if (auxRandom.length !== 32) throw new EncodingError('length-wrong', 'auxiliary randomness has 32 bytes');
  const signature = curve.signSchnorr(message, secret, auxRandom);
  return signature === undefined ? schnorrSign(message, secret, auxRandom) : schnorrSignature(signature);
};

/**
 * BIP340 verification. Malformed input of any kind is a signature that does not verify.
 *
 * @param signature - 64 bytes
 * @param message - 32 bytes
 * @param key - 32 bytes
 */
export function verifySchnorr(
  signature: Uint8Array,
  message: Uint8Array,
  key: Uint8Array,
  cache?: VerificationCache,
): boolean {
  if (signature.length !== 64 || message.length !== 32 || key.length !== 32) return false;
  const run = () => curve.schnorr(signature, message, key);
  return cache === undefined ? run() : cache.check('schnorr', [signature, message, key], run);
}

/**
 * ECDSA verification by the consensus rules from before any restriction: lax DER, high or low S, hybrid keys.
 *
 * @param der - signature without its hash type
 * @param digest - 32 bytes
 * @param key - any bytes; what is no public key verifies nothing
 */
export function verifyEcdsa(
  der: Uint8Array,
  digest: Uint8Array,
  key: Uint8Array,
  cache?: VerificationCache,
): boolean {
  if (!hasKeySize(key)) return false;
  const signature = parseLaxDer(der);
  if (signature?.kind !== 'scalars') return false;
  const { compact } = signature;
  const run = () => curve.ecdsa(compact, digest, key);
  return cache === undefined ? run() : cache.check('ecdsa', [compact, digest, key], run);
}

/**
 * BIP341: whether the output key commits to the internal key and the script tree's root.
 *
 * @param outputKey - 32 bytes from the script that is spent
 * @param internalKey - 32 bytes from the control block
 * @param merkleRoot - 32 bytes
 * @param parity - of the output key's y, as the control block claims: 0 even, 1 odd
 */
export function verifyTaprootTweak(
  outputKey: Uint8Array,
  internalKey: Uint8Array,
  merkleRoot: Uint8Array,
  parity: number,
  cache?: VerificationCache,
): boolean {
  const tweak = tapTweakHash(internalKey, merkleRoot);
  const run = () => curve.tweaks(internalKey, tweak, outputKey, parity);
  if (cache === undefined) return run();
  return cache.check('tweak', [Uint8Array.of(parity), internalKey, tweak, outputKey], run);
}

/** Whether a key has the size that its prefix announces: 33 for 02 and 03, 65 for 04, 06 and 07. */
export function hasKeySize(key: Uint8Array): boolean {
  switch (key[0]) {
    case 0x02:
    case 0x03:
      return key.length === 33;
    case 0x04:
    case 0x06:
    case 0x07:
      return key.length === 65;
    default:
      return false;
  }
}
