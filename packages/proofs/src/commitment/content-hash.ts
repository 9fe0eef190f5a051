import { createHash, type Hash, hash } from 'node:crypto';
import { type Hash32, hash32, littleEndian, taggedHash, utf8, variable } from '@prometheus-compute/protocol';

/**
 * Names of the tags under which contents are hashed: inputs, outputs, ciphertexts, programs, a model's record of a row (twice: in
 * the commitment and for the lock), and the records that an opening shows of a chunk.
 */
export type ContentName = 'x' | 'y' | 'ct' | 'wasm' | 'model-row' | 'lock-row' | 'records';

/** From here on Node's native SHA-256 is faster than the pure one (4× at 256 bytes, 7× from 4 KiB on). */
const NATIVE_BYTES = 256;

/** Up to here it is faster to copy what is hashed into one piece than to hand over pieces: one call instead of four. */
const COPIED_BYTES = 24 * 1024;
/** SHA-256 of the tag, twice, and the length. */
const PREFIX_BYTES = 68;

/** How everything under one tag begins: in front of room for a content, and as the state of a hash. */
interface Beginning {
  readonly piece: Uint8Array;
  readonly state: Hash;
}

const beginnings = new Map<ContentName, Beginning>();

/**
 * H(name, content), the content preceded by its u32 length (M §Bytes): H("x", x_i), H("y", y_i), H("ct", ct_i).
 * This is the only module that uses Node's SHA-256; the result is that of `taggedHash`.
 *
 * @throws EncodingError `integer-out-of-range` for contents of 4 GiB and more
 */
export function contentHash(name: ContentName, content: Uint8Array): Hash32 {
  if (content.length < NATIVE_BYTES) return taggedHash(name, variable(content));
  const { piece, state } = beginningOf(name);
  const length = littleEndian(content.length, 4);
  if (content.length > COPIED_BYTES)
    return hash32(new Uint8Array(state.copy().update(length).update(content).digest()));
  piece.set(length, PREFIX_BYTES - 4);
  piece.set(content, PREFIX_BYTES);
  const whole = piece.subarray(0, PREFIX_BYTES + content.length);
  // A string of bytes is made faster than a buffer.
  const digest = hash('sha256', whole, 'binary');
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = digest.charCodeAt(i);
  return hash32(bytes);
}

function beginningOf(name: ContentName): Beginning {
  let beginning = beginnings.get(name);
  if (beginning === undefined) {
    const tag = createHash('sha256')
      .update(utf8(`prometheus/v1/${name}`))
      .digest();
    const piece = new Uint8Array(PREFIX_BYTES + COPIED_BYTES);
    piece.set(tag);
    piece.set(tag, tag.length);
    beginning = { piece, state: createHash('sha256').update(tag).update(tag) };
    beginnings.set(name, beginning);
  }
  return beginning;
}

/** H(x_i); also seeds the randomness of the program that runs on x_i. */
export function inputHash(input: Uint8Array): Hash32 {
  return contentHash('x', input);
}
