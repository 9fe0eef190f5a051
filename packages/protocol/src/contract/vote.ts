import type { Hash32, XOnlyKey } from '../primitives/brands.ts';
import { fixed, taggedHash, u8 } from '../primitives/tagged-hash.ts';

/** H("vote", d, nonce, A_i): an arbiter's commitment to its decision d, opened after everybody's is in. */
export function voteHash(decision: 0 | 1, nonce: Hash32, key: XOnlyKey): Hash32 {
  return taggedHash('vote', u8(decision), fixed(nonce), fixed(key));
}
