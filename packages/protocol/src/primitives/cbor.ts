import { decode, encode } from '@ipld/dag-cbor';
import { equalBytes } from './bytes.ts';
import { EncodingError } from './errors.ts';

/** What canonical dag-cbor of this protocol can hold: no floats, no links, no undefined, string keys only. */
export type CborValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue };

/** Nesting that a message may have (protocol v1 §Conventions); stops a hostile message from exhausting the stack. */
const MAX_DEPTH = 16;

/**
 * Items (heads: values, keys, lists and maps) that a message may have. A delivery of 65,536 chunks has 7 for each; a
 * message of as many items as bytes would take a hundred times its size in memory, and seconds to decode.
 */
const MAX_ITEMS = 524_288;

/** Canonical dag-cbor of `value`. */
export function encodeCanonical(value: CborValue): Uint8Array {
  checkValue(value, 0);
  return plain(encode(value));
}

/**
 * The same bytes as a plain Uint8Array. `@ipld/dag-cbor` returns Node's Buffer for long messages, and decodes a Buffer
 * into Buffers that share its memory: `slice` of those copies nothing.
 */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * Parses canonical dag-cbor strictly: what would not re-encode to the same bytes is refused, since
 * `@ipld/dag-cbor` itself accepts some non-canonical input.
 *
 * @param bytes - from outside
 * @param maxBytes - refused before anything is allocated when longer
 * @throws EncodingError `too-large`, `too-deep`, `not-canonical`, `shape-wrong`
 */
export function decodeCanonical(bytes: Uint8Array, maxBytes: number): CborValue {
  if (bytes.length > maxBytes) {
    throw new EncodingError('too-large', `${bytes.length} bytes where at most ${maxBytes} are allowed`, {
      evidence: { size: bytes.length, limit: maxBytes },
    });
  }
  checkStructure(bytes);
  let value: CborValue;
  try {
    value = decode(plain(bytes)) as CborValue;
  } catch (cause) {
    throw new EncodingError('not-canonical', 'not canonical dag-cbor', { cause });
  }
  checkValue(value, 0);
  if (!equalBytes(encode(value), bytes)) {
    throw new EncodingError('not-canonical', 'dag-cbor that does not re-encode to the same bytes');
  }
  return value;
}

/**
 * Bounds nesting and number of items on the raw bytes, before the recursive decoder sees them. Walks heads only; a
 * malformed head is left to the decoder to refuse.
 */
function checkStructure(bytes: Uint8Array): void {
  const remaining: number[] = [];
  let offset = 0;
  let items = 0;
  while (offset < bytes.length) {
    items += 1;
    if (items > MAX_ITEMS) throw new EncodingError('too-large', `more than ${MAX_ITEMS} items`);
    const head = bytes[offset]!;
    const major = head >> 5;
    const minor = head & 0x1f;
    offset += 1;
    let argument = minor;
    if (minor >= 24 && minor <= 27) {
      const size = 1 << (minor - 24);
      if (offset + size > bytes.length) return;
      argument = 0;
      for (let i = 0; i < size; i++) argument = argument * 256 + bytes[offset + i]!;
      offset += size;
    } else if (minor > 27) return;
    if (major === 2 || major === 3) offset += argument;
    if (major === 4 || major === 5 || major === 6) {
      const inside = major === 4 ? argument : major === 5 ? 2 * argument : 1;
      if (inside > 0) {
        remaining.push(inside);
        if (remaining.length > MAX_DEPTH) {
          throw new EncodingError('too-deep', `nested deeper than ${MAX_DEPTH}`);
        }
        continue;
      }
    }
    while (remaining.length > 0) {
      remaining[remaining.length - 1]! -= 1;
      if (remaining[remaining.length - 1]! > 0) break;
      remaining.pop();
    }
  }
}

function checkValue(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new EncodingError('too-deep', `nested deeper than ${MAX_DEPTH}`);
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'bigint':
      return;
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw new EncodingError('shape-wrong', 'floats are not part of any message');
      }
      return;
    case 'object':
      if (value === null || value instanceof Uint8Array) return;
      if (Array.isArray(value)) {
        for (const item of value) checkValue(item, depth + 1);
        return;
      }
      if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
        throw new EncodingError('shape-wrong', 'links and other special values are not part of any message');
      }
      for (const item of Object.values(value)) checkValue(item, depth + 1);
      return;
    default:
      throw new EncodingError('shape-wrong', `a ${typeof value} is not part of any message`);
  }
}
