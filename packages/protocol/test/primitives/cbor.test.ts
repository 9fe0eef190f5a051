import { describe, expect, it } from 'vitest';
import { type CborValue, decodeCanonical, encodeCanonical } from '../../src/index.ts';

/** M §Conventions: depth ≤ 16. */
const MAX_DEPTH = 16;
/** Seven for each of 65,536 chunks of a delivery, and some. */
const MAX_ITEMS = 524_288;
const LARGE = 2 ** 24;
const NULL = 0xf6;

/** `depth` lists inside each other, as raw bytes: no encoder has to make them. */
const nested = (depth: number): Uint8Array => new Uint8Array(depth).fill(0x81).with(depth - 1, 0x80);

/** A list of `count` nulls. */
function nulls(count: number): Uint8Array {
  const bytes = new Uint8Array(5 + count).fill(NULL);
  bytes[0] = 0x9a;
  new DataView(bytes.buffer).setUint32(1, count);
  return bytes;
}

describe('canonical dag-cbor', () => {
  it('is refused by its length before it is parsed', () => {
    expect(decodeCanonical(encodeCanonical('abc'), 4)).toBe('abc');
    expect(() => decodeCanonical(encodeCanonical('abc'), 3)).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
  });

  it('nests to a bound, and deeper bytes never reach the recursive decoder', () => {
    expect(decodeCanonical(nested(MAX_DEPTH), LARGE)).toBeInstanceOf(Array);
    for (const depth of [MAX_DEPTH + 2, 1_000_000]) {
      expect(() => decodeCanonical(nested(depth), LARGE)).toThrow(
        expect.objectContaining({ code: 'too-deep' }),
      );
    }
  });

  it('has a bounded number of items', () => {
    expect(decodeCanonical(nulls(MAX_ITEMS - 1), LARGE)).toHaveLength(MAX_ITEMS - 1);
    expect(() => decodeCanonical(nulls(MAX_ITEMS), LARGE)).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
  });

  it('a key called __proto__ changes no prototype', () => {
    const map = encodeCanonical({ aaaaaaaaa: { x: 1 } });
    const poisoned = Uint8Array.from(map, (byte, i) =>
      i >= 2 && i < 11 ? '__proto__'.charCodeAt(i - 2) : byte,
    );
    const value = decodeCanonical(poisoned, LARGE) as { readonly [key: string]: CborValue };
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.x).toBeUndefined();
  });
});
