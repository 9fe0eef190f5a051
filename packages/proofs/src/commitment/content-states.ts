import { _SHA256 } from '@noble/hashes/sha2.js';
import {
  concatBytes,
  equalBytes,
  type Hash32,
  hash32,
  littleEndian,
  utf8,
} from '@prometheus-compute/protocol';
import type { ContentName } from './content-hash.ts';

/** Bytes from one state of a content's hash to the next, of what is hashed: a multiple of SHA-256's block. */
const STATE_EVERY = 1_048_576;
/** What is hashed before a content under a tag: SHA-256 of the tag, twice, and the content's length. */
const PREFIX_BYTES = 68;
/** The tag alone, which the first state leaves out of its count: a cut is a whole number of blocks behind it. */
const TAG_BYTES = 64;
const STATE_BYTES = 32;
const WORD_BYTES = 4;

/** Bytes of a content between two states of its hash. */
export interface ContentPart {
  readonly offset: number;
  readonly length: number;
}

/** A content as it is named: by the hash of its bytes under a tag, preceded by their number. */
export interface NamedContent {
  readonly name: ContentName;
  readonly hash: Hash32;
  /** Bytes. */
  readonly size: number;
}

/** SHA-256 that can be begun in the middle, and says where it is. */
class Midway extends _SHA256 {
  /** @param hashed - bytes that led to the state, a multiple of the block */
  static from(state: Uint8Array, hashed: number): Midway {
    const view = new DataView(state.buffer, state.byteOffset, STATE_BYTES);
    const word = (i: number): number => view.getInt32(i * WORD_BYTES);
    const midway = new Midway();
    midway.set(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7));
    midway.length = hashed;
    return midway;
  }

  /** Behind a whole number of blocks. */
  get state(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    for (const [i, word] of this.get().entries()) view.setInt32(i * WORD_BYTES, word);
    return bytes;
  }
}

/** The parts of a content of so many bytes, in order. Each ends where its hash has gone through a whole number of blocks. */
export function contentParts(size: number): readonly ContentPart[] {
  const parts: ContentPart[] = [];
  for (let offset = 0; offset < size; ) {
    const next = offset === 0 ? STATE_EVERY - (PREFIX_BYTES - TAG_BYTES) : offset + STATE_EVERY;
    parts.push({ offset, length: Math.min(next, size) - offset });
    offset = next;
  }
  return parts;
}

/** Bytes of the list of states of a content of so many bytes. */
export function contentStatesBytes(size: number): number {
  return STATE_BYTES * Math.max(0, contentParts(size).length - 1);
}

/**
 * The states of a content's hash in front of each of its parts but the first, one after another.
 *
 * @param read - bytes of the content
 */
export async function contentStates(
  { name, size }: Omit<NamedContent, 'hash'>,
  read: (part: ContentPart) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const midway = beginning(name, size);
  const states: Uint8Array[] = [];
  for (const part of contentParts(size).slice(0, -1)) states.push(midway.update(await read(part)).state);
  return concatBytes(...states);
}

/**
 * Whether bytes are a part of a content, by what comes behind it: the last part by the content's hash, every other one by the state in front of the
 * next. Asked from the last part to the first, each time with what the part behind it has shown to be right, it says yes to the content's own bytes and
 * states only: two pairs of state and part that lead to one state would be a collision of SHA-256's compression function.
 *
 * @param states - in front of each part but the first: of this list, the one in front of the part is shown to be right where it says yes
 */
export function isContentPart(
  content: NamedContent,
  states: Uint8Array,
  index: number,
  bytes: Uint8Array,
): boolean {
  const { name, hash, size } = content;
  const parts = contentParts(size);
  const part = parts[index];
  if (part === undefined || bytes.length !== part.length || states.length !== contentStatesBytes(size))
    return false;
  const stateBefore = (i: number): Uint8Array => states.subarray((i - 1) * STATE_BYTES, i * STATE_BYTES);
  const midway =
    index === 0 ? beginning(name, size) : Midway.from(stateBefore(index), PREFIX_BYTES + part.offset);
  midway.update(bytes);
  return index === parts.length - 1
    ? equalBytes(hash32(midway.digest()), hash)
    : equalBytes(midway.state, stateBefore(index + 1));
}

function beginning(name: ContentName, size: number): Midway {
  const tag = new _SHA256().update(utf8(`prometheus/v1/${name}`)).digest();
  return new Midway().update(tag).update(tag).update(littleEndian(size, 4)) as Midway;
}
