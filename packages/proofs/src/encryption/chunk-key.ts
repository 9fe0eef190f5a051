import { secp256k1, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  concatBytes,
  fromBigEndian,
  type Hash32,
  littleEndian,
  type Point,
  point,
  type SecretScalar,
} from '@prometheus-compute/protocol';

/** Domain of the points B_i, so that no other protocol's points have a known relation to them (RFC 9380 §3.1). */
const CHUNK_DOMAIN = 'prometheus/v1/chunk';

/** hash_to_curve of RFC 9380, suite secp256k1_XMD:SHA-256_SSWU_RO_. */
export function hashToCurve(message: Uint8Array, domain: string): Point {
  return point(secp256k1_hasher.hashToCurve(message, { DST: domain }).toBytes(true));
}

/** Contract hash ‖ i (u32): message of {@link chunkBase}, and associated data of the cipher. */
export function chunkContext(contractHash: Hash32, chunk: number): Uint8Array {
  return concatBytes(contractHash, littleEndian(chunk, 4));
}

/** B_i: a point whose discrete logarithm nobody knows, different for every chunk of every contract. */
export function chunkBase(contractHash: Hash32, chunk: number): Point {
  return hashToCurve(chunkContext(contractHash, chunk), CHUNK_DOMAIN);
}

/**
 * K_i = h_p·B_i, in constant time. Who knows h_p opens every chunk; who knows K_i opens chunk i alone (D9).
 * @param base - B_i
 */
export function chunkPoint(pointSecret: SecretScalar, base: Point): Point {
  return point(secp256k1.Point.fromBytes(base).multiply(fromBigEndian(pointSecret)).toBytes(true));
}

/** The key of a chunk's cipher: HKDF-SHA256(K_i, salt contract hash, info i), 32 bytes. */
export function chunkKey(keyPoint: Point, contractHash: Hash32, chunk: number): Uint8Array {
  return hkdf(sha256, keyPoint, contractHash, littleEndian(chunk, 4), 32);
}
