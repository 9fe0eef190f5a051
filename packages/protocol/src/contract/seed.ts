import type { Hash32 } from '../primitives/brands.ts';
import { fixed, taggedHash } from '../primitives/tagged-hash.ts';

/** H("seed", s): what a party commits to before a draw (D10, D21). */
export function seedHash(seed: Hash32): Hash32 {
  return taggedHash('seed', fixed(seed));
}
