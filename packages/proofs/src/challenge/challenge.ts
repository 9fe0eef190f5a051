import { fixed, type Hash32, taggedHash } from '@prometheus-compute/protocol';

/**
 * Challenge = H("challenge", R, s_C, s_V): fixed by nobody alone, and by nobody before R (M §Sequence 2, D10).
 *
 * @param clientSeed - s_C, or in internal byte order the hash of the block that stands for it (D37)
 * @param verifierSeed - s_V, or likewise a block hash
 */
export function challengeHash(root: Hash32, clientSeed: Hash32, verifierSeed: Hash32): Hash32 {
  return taggedHash('challenge', fixed(root), fixed(clientSeed), fixed(verifierSeed));
}
