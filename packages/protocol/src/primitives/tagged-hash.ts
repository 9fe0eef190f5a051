import { sha256 } from '@noble/hashes/sha2.js';
import { type Hash32, hash32 } from './brands.ts';
import { concatBytes, littleEndian, utf8 } from './bytes.ts';

/**
 * A field of a tagged hash, already in its one encoding. Build it with {@link fixed}, {@link u8}, {@link u16},
 * {@link u32}, {@link u64}, {@link variable} or {@link text}: a hash is never over a bare concatenation.
 */
export type HashField = { readonly encoded: Uint8Array };

/** Bytes whose width the format fixes (hashes, keys, points). */
export const fixed = (bytes: Uint8Array): HashField => ({ encoded: bytes });
export const u8 = (value: number): HashField => ({ encoded: littleEndian(value, 1) });
export const u16 = (value: number): HashField => ({ encoded: littleEndian(value, 2) });
export const u32 = (value: number): HashField => ({ encoded: littleEndian(value, 4) });
export const u64 = (value: bigint): HashField => ({ encoded: littleEndian(value, 8) });
/** Bytes of any width, preceded by their u32 little-endian length. */
export const variable = (bytes: Uint8Array): HashField => ({
  encoded: concatBytes(littleEndian(bytes.length, 4), bytes),
});
/** A string as length-prefixed UTF-8. */
export const text = (value: string): HashField => variable(utf8(value));

const midstates = new Map<string, ReturnType<typeof sha256.create>>();

/**
 * BIP340 tagged hash with tag `prometheus/v1/<name>` (protocol v1 §Conventions).
 *
 * @param name - last part of the tag, e.g. `contract`
 * @param fields - fields in the order of the format
 */
export function taggedHash(name: string, ...fields: readonly HashField[]): Hash32 {
  let midstate = midstates.get(name);
  if (midstate === undefined) {
    const tag = sha256(utf8(`prometheus/v1/${name}`));
    midstate = sha256.create().update(tag).update(tag);
    midstates.set(name, midstate);
  }
  const state = midstate.clone();
  for (const field of fields) state.update(field.encoded);
  return hash32(state.digest());
}
