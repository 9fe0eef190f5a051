import {
  type Hash32,
  type Point,
  type SchnorrSignature,
  type SecretScalar,
  type XOnlyKey,
  xOnlyKey,
} from './brands.ts';
import { pointOf } from './keys.ts';
import { schnorrSign, schnorrVerify } from './schnorr.ts';
import { fixed, taggedHash } from './tagged-hash.ts';

/** x(P): the BIP340 key of a compressed point, whatever its parity. */
export function xOnlyOf(compressed: Point): XOnlyKey {
  return xOnlyKey(compressed.slice(1));
}

function knowledgeHash(pointLock: Point, contractHash: Hash32): Hash32 {
  return taggedHash('pok', fixed(pointLock), fixed(contractHash));
}

/**
 * Proof that the Worker knows h_p with P_h = h_p·G: without it, a Worker could take a P_h that it found somewhere,
 * for instance another contract's (M §Conventions, Points).
 *
 * @param auxRandom - 32 bytes, fresh
 */
export function provePointLock(
  secret: SecretScalar,
  contractHash: Hash32,
  auxRandom: Uint8Array,
): SchnorrSignature {
  return schnorrSign(knowledgeHash(pointOf(secret), contractHash), secret, auxRandom);
}

/** Whether `proof` shows knowledge of the discrete logarithm of `pointLock` for this contract. Never throws. */
export function verifyPointLock(pointLock: Point, contractHash: Hash32, proof: SchnorrSignature): boolean {
  return schnorrVerify(proof, knowledgeHash(pointLock, contractHash), xOnlyOf(pointLock));
}
