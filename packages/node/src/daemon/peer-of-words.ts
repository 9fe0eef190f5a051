import { seedFromMnemonic } from '@prometheus-compute/bitcoin';
import { identitySeed } from '../keystore/identity.ts';
import type { PeerId } from '../ports/transport.ts';

/** The peer id of the node whose wallet has these BIP39 words: known before the node is started. @throws WalletError `mnemonic-invalid` */
export async function peerOfWords(words: string): Promise<PeerId> {
  // The network's libraries are loaded by whoever needs them only.
  const { peerIdFromPrivateKey } = await import('@libp2p/peer-id');
  const { networkKey } = await import('../net/identity.ts');
  const seed = seedFromMnemonic(words);
  try {
    return peerIdFromPrivateKey(await networkKey(identitySeed(seed))).toString();
  } finally {
    seed.fill(0);
  }
}
