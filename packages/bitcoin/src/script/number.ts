/** Bytes that an operand of arithmetic may have, so that sums fit in 64 bits. */
const DEFAULT_MAX_SIZE = 4;

/** What zero and false are: nothing. */
export const EMPTY: Uint8Array = new Uint8Array(0);
/** What one and true are. */
export const ONE: Uint8Array = Uint8Array.of(1);

/** Script's encoding of an integer of at most 5 bytes: little-endian magnitude, sign in the highest bit, no padding. */
export function encodeScriptNumber(value: number): Uint8Array {
  if (value === 0) return EMPTY;
  if (value === 1) return ONE;
  const bytes: number[] = [];
  let rest = Math.abs(value);
  while (rest > 0) {
    bytes.push(rest % 256);
    rest = Math.floor(rest / 256);
  }
  const sign = value < 0 ? 0x80 : 0;
  if ((bytes[bytes.length - 1]! & 0x80) !== 0) bytes.push(sign);
  else bytes[bytes.length - 1]! |= sign;
  return Uint8Array.from(bytes);
}

/**
 * The integer that a stack item holds.
 *
 * @param minimal - refuse what {@link encodeScriptNumber} would have written shorter (BIP62)
 * @param maxSize - in bytes, at most 5
 * @returns undefined when it is too long, or not minimal where that is asked
 */
export function decodeScriptNumber(
  bytes: Uint8Array,
  minimal: boolean,
  maxSize: number = DEFAULT_MAX_SIZE,
): number | undefined {
  const { length } = bytes;
  if (length > maxSize) return undefined;
  if (length === 0) return 0;
  const last = bytes[length - 1]!;
  // A highest byte without magnitude is needed only where the next byte already uses the sign bit.
  if (minimal && (last & 0x7f) === 0 && (length === 1 || (bytes[length - 2]! & 0x80) === 0)) return undefined;
  let magnitude = last & 0x7f;
  for (let i = length - 2; i >= 0; i--) magnitude = magnitude * 256 + bytes[i]!;
  return (last & 0x80) !== 0 && magnitude !== 0 ? -magnitude : magnitude;
}

/** Whether a stack item counts as true: anything but zero, where negative zero is zero. */
export function isTruthy(bytes: Uint8Array): boolean {
  const last = bytes.length - 1;
  for (let i = 0; i < last; i++) if (bytes[i] !== 0) return true;
  return last >= 0 && bytes[last] !== 0 && bytes[last] !== 0x80;
}
