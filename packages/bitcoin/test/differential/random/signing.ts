import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, fromBigEndian } from '@prometheus-compute/protocol';
import { tapTweakHash } from '../../../src/crypto/hashes.ts';
import { legacySighash } from '../../../src/script/sighash-legacy.ts';
import { segwitSighash } from '../../../src/script/sighash-segwit.ts';
import { NO_CODE_SEPARATOR, taprootSighash } from '../../../src/script/sighash-taproot.ts';
import { precompute } from '../../../src/script/verify-transaction.ts';
import type { Transaction, TransactionOutput } from '../../../src/transaction/index.ts';

/** The input that is being signed. */
export interface SigningContext {
  readonly transaction: Transaction;
  readonly index: number;
  readonly spent: readonly TransactionOutput[];
  /** 0 means the default of the kind of signature. */
  readonly hashType: number;
  /** Makes an ECDSA signature that policy refuses. */
  readonly highS: boolean;
}

/** A signature with the key of that number. */
export type Sign = (key: number) => Uint8Array;

const { ORDER } = secp256k1.Point.Fn;
const SIGHASH_ALL = 1;

export function secretOf(key: number): Uint8Array {
  return sha256(Uint8Array.of(7, key));
}

export function publicKeyOf(key: number, compressed = true): Uint8Array {
  return secp256k1.getPublicKey(secretOf(key), compressed);
}

export function xOnlyKeyOf(key: number): Uint8Array {
  return publicKeyOf(key).slice(1);
}

/** Output key of Taproot, compressed, and its secret. @param root - of the script tree, where there is one */
export function tweakedKey(key: number, root?: Uint8Array): { secret: Uint8Array; point: Uint8Array } {
  const point = publicKeyOf(key);
  const even = point[0] === 2 ? fromBigEndian(secretOf(key)) : ORDER - fromBigEndian(secretOf(key));
  const tweak = root === undefined ? tapTweakHash(point.slice(1)) : tapTweakHash(point.slice(1), root);
  const secret = scalarBytes((even + fromBigEndian(tweak)) % ORDER);
  return { secret, point: secp256k1.getPublicKey(secret, true) };
}

export function legacySigner(context: SigningContext, code: Uint8Array): Sign {
  const { transaction, index, spent, hashType } = context;
  const type = hashType === 0 ? SIGHASH_ALL : hashType;
  return (key) => ecdsa(key, legacySighash(precompute(transaction, spent), index, code, type), type, context);
}

export function segwitSigner(context: SigningContext, code: Uint8Array): Sign {
  const { transaction, index, spent, hashType } = context;
  const type = hashType === 0 ? SIGHASH_ALL : hashType;
  return (key) => ecdsa(key, segwitSighash(precompute(transaction, spent), index, code, type), type, context);
}

/** BIP340 signature. @param leaf - hash of the executed leaf; none on the key path */
export function schnorrSignature(
  { transaction, index, spent, hashType }: SigningContext,
  secret: Uint8Array,
  leaf?: Uint8Array,
): Uint8Array {
  const digest = taprootSighash(precompute(transaction, spent), index, hashType, {
    annexHash: undefined,
    leaf: leaf === undefined ? undefined : { hash: leaf, codeSeparator: NO_CODE_SEPARATOR },
  });
  // Hash types that BIP341 does not have sign nothing.
  if (digest === undefined) return new Uint8Array(64).fill(1);
  const signature = schnorr.sign(digest, secret, new Uint8Array(32));
  return hashType === 0 ? signature : concatBytes(signature, Uint8Array.of(hashType));
}

function ecdsa(key: number, digest: Uint8Array, type: number, { highS }: SigningContext): Uint8Array {
  const compact = secp256k1.sign(digest, secretOf(key), { prehash: false, format: 'compact' });
  const s = fromBigEndian(compact.slice(32));
  const body = concatBytes(
    derInteger(compact.slice(0, 32)),
    derInteger(highS ? scalarBytes(ORDER - s) : compact.slice(32)),
  );
  return concatBytes(Uint8Array.of(0x30, body.length), body, Uint8Array.of(type));
}

function derInteger(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.slice(first);
  const padded = digits[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits;
  return concatBytes(Uint8Array.of(0x02, padded.length), padded);
}

function scalarBytes(scalar: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
}
