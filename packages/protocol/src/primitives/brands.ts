import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { fromHex, toHex } from './bytes.ts';
import { EncodingError } from './errors.ts';

declare const brand: unique symbol;
/** A nominal type: `as` into it happens only in the constructors of this file (style rule 3). */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Integer satoshis, never negative. */
export type Satoshi = Brand<bigint, 'Satoshi'>;
/** Transaction id as people and RPC write it: 64 lower-case hexadecimal digits, byte-reversed. */
export type Txid = Brand<string, 'Txid'>;
/** A 32-byte hash. */
export type Hash32 = Brand<Uint8Array, 'Hash32'>;
/** BIP340 public key: 32 bytes, the x coordinate of a point on the curve. */
export type XOnlyKey = Brand<Uint8Array, 'XOnlyKey'>;
/** Compressed point, 33 bytes, on the curve, not infinity. */
export type Point = Brand<Uint8Array, 'Point'>;
/** Secret scalar, 32 bytes big-endian, in 1..n−1. */
export type SecretScalar = Brand<Uint8Array, 'SecretScalar'>;
/** BIP340 signature, 64 bytes. Its form is checked, its validity is not. */
export type SchnorrSignature = Brand<Uint8Array, 'SchnorrSignature'>;

/** 21 million bitcoin in satoshis: no amount is larger (Bitcoin's MAX_MONEY). */
export const MAX_MONEY = 2_100_000_000_000_000n;

/** @throws EncodingError `integer-out-of-range` outside 0..MAX_MONEY */
export function satoshi(value: bigint): Satoshi {
  if (value < 0n || value > MAX_MONEY) {
    throw new EncodingError('integer-out-of-range', `${value} is not an amount in satoshis`, {
      evidence: { value },
    });
  }
  return value as Satoshi;
}

/** From the form that people and RPC use. @throws EncodingError `hex-malformed`, `length-wrong` */
export function txidFromDisplay(hex: string): Txid {
  if (fromHex(hex).length !== 32) throw new EncodingError('length-wrong', 'a txid has 64 hexadecimal digits');
  return hex as Txid;
}

/** From internal byte order, as in transactions, hashes and OP_RETURN. @throws EncodingError `length-wrong` */
export function txidFromInternal(bytes: Uint8Array): Txid {
  if (bytes.length !== 32) throw new EncodingError('length-wrong', 'a txid has 32 bytes');
  return toHex(bytes.slice().reverse()) as Txid;
}

/** Internal byte order of a txid. */
export function txidToInternal(txid: Txid): Uint8Array {
  return fromHex(txid).reverse();
}

function exactLength(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length !== length) {
    throw new EncodingError('length-wrong', `${what} has ${length} bytes, not ${bytes.length}`, {
      evidence: { expected: length, actual: bytes.length },
    });
  }
  return bytes;
}

/** @throws EncodingError `length-wrong` */
export function hash32(bytes: Uint8Array): Hash32 {
  return exactLength(bytes, 32, 'a hash') as Hash32;
}

/** Keys that were found on the curve, in hexadecimal: every envelope brings one, and the check is a square root. */
const keysOnCurve = new Set<string>();
/** Keys that are remembered at most; then all are forgotten. */
const MAX_REMEMBERED_KEYS = 4_096;

/** Checks that the x coordinate is on the curve. @throws EncodingError `length-wrong`, `point-invalid` */
export function xOnlyKey(bytes: Uint8Array): XOnlyKey {
  exactLength(bytes, 32, 'an x-only key');
  const name = toHex(bytes);
  if (keysOnCurve.has(name)) return bytes as XOnlyKey;
  try {
    schnorr.utils.lift_x(BigInt(`0x${name}`));
  } catch (cause) {
    throw new EncodingError('point-invalid', 'no point of secp256k1 has this x coordinate', { cause });
  }
  if (keysOnCurve.size >= MAX_REMEMBERED_KEYS) keysOnCurve.clear();
  keysOnCurve.add(name);
  return bytes as XOnlyKey;
}

/** Checks that it is on the curve. @throws EncodingError `length-wrong`, `point-invalid` */
export function point(bytes: Uint8Array): Point {
  exactLength(bytes, 33, 'a compressed point');
  try {
    secp256k1.Point.fromBytes(bytes);
  } catch (cause) {
    throw new EncodingError('point-invalid', 'these 33 bytes are no point of secp256k1', { cause });
  }
  return bytes as Point;
}

/** @throws EncodingError `length-wrong`, `scalar-invalid` when zero or not below the group order */
export function secretScalar(bytes: Uint8Array): SecretScalar {
  exactLength(bytes, 32, 'a secret scalar');
  if (!secp256k1.utils.isValidSecretKey(bytes)) {
    throw new EncodingError('scalar-invalid', 'a secret scalar lies in 1..n−1');
  }
  return bytes as SecretScalar;
}

/** @throws EncodingError `length-wrong` */
export function schnorrSignature(bytes: Uint8Array): SchnorrSignature {
  return exactLength(bytes, 64, 'a BIP340 signature') as SchnorrSignature;
}
