import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { NetError } from './errors.ts';

/**
 * The Ed25519 key by which a node is known to others; its public half is the peer id.
 *
 * @param seed - 32 bytes that the caller derives from its wallet's seed, for nothing but this
 * @throws NetError `seed-invalid`
 */
export async function networkKey(seed: Uint8Array): Promise<PrivateKey> {
  if (seed.length !== 32) throw new NetError('seed-invalid', 'a key of the network is made of 32 bytes');
  return generateKeyPairFromSeed('Ed25519', seed);
}
