import { EncodingError } from './errors.ts';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal of `bytes`, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

/**
 * Bytes of a lower-case hexadecimal string.
 * @throws EncodingError `hex-malformed` when a digit is odd, upper-case or not hexadecimal
 */
export function fromHex(hex: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) {
    throw new EncodingError('hex-malformed', 'expected lower-case hexadecimal with an even number of digits');
  }
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** One array with the given ones after each other. For a few: a call takes some hundred thousand arguments at most. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

/** The same for a list of any length. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Whether two byte strings are equal. Not constant-time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of two byte strings: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * `value` as `size` little-endian bytes (protocol v1 §Bytes: integers in hashes and OP_RETURN).
 * @throws EncodingError `integer-out-of-range` when it does not fit or is negative
 */
export function littleEndian(value: number | bigint, size: number): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new EncodingError('integer-out-of-range', `${value} is not an integer`, { evidence: { value } });
  }
  let rest = BigInt(value);
  if (rest < 0n || rest >= 1n << BigInt(8 * size)) {
    throw new EncodingError('integer-out-of-range', `${value} does not fit in ${size} bytes`, {
      evidence: { value, size },
    });
  }
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** The unsigned integer that little-endian `bytes` hold. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

/** The unsigned integer that big-endian `bytes` hold. */
export function fromBigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/**
 * `value` as `size` big-endian bytes (scalars).
 * @throws EncodingError `integer-out-of-range`
 */
export function bigEndian(value: bigint, size: number): Uint8Array {
  return littleEndian(value, size).reverse();
}
