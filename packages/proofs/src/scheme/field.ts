import { chacha20 } from '@noble/ciphers/chacha.js';
import { fixed, type Hash32, taggedHash, u32 } from '@prometheus-compute/protocol';

/** p = 2^61 − 1, the prime of the field in which accumulators are projected. */
export const FIELD_PRIME = 2n ** 61n - 1n;

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
  // One word in 2^61 is skipped: a few more than are needed are as good as always enough.
  for (let spare = 4, found = 0; found < count; spare *= 2) {
    const stream = chacha20(key, new Uint8Array(12), new Uint8Array(8 * (count + spare)));
    const words = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
    found = 0;
    for (let at = 0; at < stream.length && found < count; at += 8) {
      const word = words.getBigUint64(at, true) & FIELD_PRIME;
      if (word !== FIELD_PRIME) elements[found++] = word;
    }
  }
  return elements;
}

/** An integer as an element of the field. */
export function fieldOf(value: number): bigint {
  return value < 0 ? FIELD_PRIME + BigInt(value) : BigInt(value);
}

/** Sum of the elements of a vector. */
export function sumOf(elements: BigUint64Array): bigint {
  return elements.reduce((sum, element) => sum + element, 0n) % FIELD_PRIME;
}
