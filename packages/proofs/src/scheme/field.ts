import { chacha20 } from '@noble/ciphers/chacha.js';
import { fixed, type Hash32, taggedHash, u32 } from '@prometheus-compute/protocol';

/** p = 2^61 − 1, the prime of the field in which accumulators are projected. */
export const FIELD_PRIME = 2n ** 61n - 1n;

/** The upper 32 bits of p; the lower are all ones. */
const HIGHEST = 0x1fff_ffff;
/** Which half of an element comes first in memory: one by one, big integers take ten times as long as their halves. */
const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];

function put(halves: Uint32Array, at: number, low: number, high: number): void {
  halves[2 * at + LOW] = low;
  halves[2 * at + HIGH] = high;
}

/**
 * `count` uniform elements of the field: the words (u64 little-endian) of ChaCha20's key stream (RFC 8439, nonce 0) under the key
 * H(name, challenge, index), their upper three bits cleared; p itself is skipped.
 *
 * @param name - tag of the hash: `freivalds-rows` or `freivalds-columns`
 * @param index - of the chunk, or of the layer
 */
export function fieldElements(
  name: 'freivalds-rows' | 'freivalds-columns',
  challenge: Hash32,
  index: number,
  count: number,
): BigUint64Array {
  const key = taggedHash(name, fixed(challenge), u32(index));
  const elements = new BigUint64Array(count);
  const halves = new Uint32Array(elements.buffer);
  // One word in 2^61 is skipped: a few more than are needed are as good as always enough.
  for (let spare = 4, found = 0; found < count; spare *= 2) {
    const stream = chacha20(key, new Uint8Array(12), new Uint8Array(8 * (count + spare)));
    const words = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
    found = 0;
    for (let at = 0; at < stream.length && found < count; at += 8) {
      const [low, high] = [words.getUint32(at, true), words.getUint32(at + 4, true) & HIGHEST];
      if (low !== 0xffff_ffff || high !== HIGHEST) put(halves, found++, low, high);
    }
  }
  return elements;
}

/** An integer as an element of the field. */
export function fieldOf(value: number): bigint {
  return value < 0 ? FIELD_PRIME + BigInt(value) : BigInt(value);
}

/** Integers as elements of the field. */
export function fieldVector(values: Int32Array): BigUint64Array {
  const elements = new BigUint64Array(values.length);
  const halves = new Uint32Array(elements.buffer);
  // p + v has the lower half 2^32 − 1 + v.
  for (const [at, value] of values.entries()) {
    if (value < 0) put(halves, at, value - 1, HIGHEST);
    else put(halves, at, value, 0);
  }
  return elements;
}

/** Elements whose halves are added as numbers: 2^20 · 2^32 is below 2^53. */
const ADDED = 2 ** 20;

/** Sum of the elements of a vector. */
export function sumOf(elements: BigUint64Array): bigint {
  const halves = new Uint32Array(elements.buffer, elements.byteOffset, 2 * elements.length);
  let sum = 0n;
  for (let from = 0; from < halves.length; from += 2 * ADDED) {
    let [low, high] = [0, 0];
    for (let at = from; at < Math.min(halves.length, from + 2 * ADDED); at += 2) {
      low += halves[at + LOW]!;
      high += halves[at + HIGH]!;
    }
    sum += BigInt(low) + (BigInt(high) << 32n);
  }
  return sum % FIELD_PRIME;
}
