import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '@prometheus-compute/protocol';

/** SHA256 of SHA256: ids, block hashes and signature hashes before Taproot. 32 bytes. */
export function doubleSha256(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

/** RIPEMD160 of SHA256: what P2PKH, P2SH and P2WPKH pay to. 20 bytes. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes));
}

/** A BIP340 tagged hash of the concatenation of `parts`, 32 bytes. */
export type TaggedHasher = (...parts: readonly Uint8Array[]) => Uint8Array;

/** BIP340: SHA256(SHA256(tag) ‖ SHA256(tag) ‖ parts), with the tag's block hashed once. */
function taggedHasher(tag: string): TaggedHasher {
  const prefix = sha256(utf8(tag));
  const midstate = sha256.create().update(prefix).update(prefix);
  return (...parts) => {
    const state = midstate.clone();
    for (const part of parts) state.update(part);
    return state.digest();
  };
}

/** BIP341: hash of a leaf of a script tree. */
export const tapLeafHash: TaggedHasher = taggedHasher('TapLeaf');
/** BIP341: hash of an inner node of a script tree. */
export const tapBranchHash: TaggedHasher = taggedHasher('TapBranch');
/** BIP341: tweak that commits an output key to its internal key and script tree. */
export const tapTweakHash: TaggedHasher = taggedHasher('TapTweak');
/** BIP341: hash that a Taproot signature signs. */
export const tapSighash: TaggedHasher = taggedHasher('TapSighash');
