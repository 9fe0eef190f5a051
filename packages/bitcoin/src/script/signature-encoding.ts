import { hasLowS } from '../crypto/der.ts';
import type { ScriptErrorName } from './errors.ts';
import { ScriptFlag, type ScriptFlags } from './flags.ts';
import { SIGHASH_ALL, SIGHASH_ANYONECANPAY, SIGHASH_SINGLE } from './sighash-type.ts';

/** Bytes of a DER signature with its hash type (BIP66). */
const DER_MIN = 9;
const DER_MAX = 73;
const COMPRESSED_SIZE = 33;
const UNCOMPRESSED_SIZE = 65;

/** The first rule on a signature's form that it breaks. An empty one is a proper way to fail a check. */
export function signatureFault(signature: Uint8Array, flags: ScriptFlags): ScriptErrorName | undefined {
  if (signature.length === 0) return undefined;
  const strict = ScriptFlag.DERSIG | ScriptFlag.LOW_S | ScriptFlag.STRICTENC;
  if ((flags & strict) !== 0 && !isStrictDer(signature)) return 'SIG_DER';
  if ((flags & ScriptFlag.LOW_S) !== 0 && !hasLowS(signature.subarray(0, -1))) return 'SIG_HIGH_S';
  if ((flags & ScriptFlag.STRICTENC) !== 0 && !hasDefinedHashType(signature)) return 'SIG_HASHTYPE';
  return undefined;
}

/** The first rule on a key's form that it breaks. */
export function publicKeyFault(
  key: Uint8Array,
  flags: ScriptFlags,
  witness: boolean,
): ScriptErrorName | undefined {
  if ((flags & ScriptFlag.STRICTENC) !== 0 && !isCompressed(key) && !isUncompressed(key)) return 'PUBKEYTYPE';
  if (witness && (flags & ScriptFlag.WITNESS_PUBKEYTYPE) !== 0 && !isCompressed(key)) {
    return 'WITNESS_PUBKEYTYPE';
  }
  return undefined;
}

/** BIP66: 30, length, 02, length of R, R, 02, length of S, S, hash type; R and S positive and without padding. */
function isStrictDer(signature: Uint8Array): boolean {
  const { length } = signature;
  if (length < DER_MIN || length > DER_MAX) return false;
  if (signature[0] !== 0x30 || signature[1] !== length - 3) return false;
  const rLength = signature[3]!;
  if (5 + rLength >= length) return false;
  const sLength = signature[5 + rLength]!;
  if (rLength + sLength + 7 !== length) return false;
  return isStrictInteger(signature, 2) && isStrictInteger(signature, 4 + rLength);
}

/** Whether the integer at `offset` is positive and as short as it can be. Its length is known to fit. */
function isStrictInteger(signature: Uint8Array, offset: number): boolean {
  const length = signature[offset + 1]!;
  const first = signature[offset + 2]!;
  if (signature[offset] !== 0x02 || length === 0 || (first & 0x80) !== 0) return false;
  return !(length > 1 && first === 0 && (signature[offset + 3]! & 0x80) === 0);
}

function hasDefinedHashType(signature: Uint8Array): boolean {
  const hashType = signature[signature.length - 1]! & ~SIGHASH_ANYONECANPAY;
  return hashType >= SIGHASH_ALL && hashType <= SIGHASH_SINGLE;
}

function isCompressed(key: Uint8Array): boolean {
  return key.length === COMPRESSED_SIZE && (key[0] === 0x02 || key[0] === 0x03);
}

function isUncompressed(key: Uint8Array): boolean {
  return key.length === UNCOMPRESSED_SIZE && key[0] === 0x04;
}
