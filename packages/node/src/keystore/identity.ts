import { hkdfSync } from 'node:crypto';
import { utf8 } from '@prometheus-compute/protocol';

/** Info of HKDF: apart from the channel keys' `prometheus/v1/channel-keys` and from BIP32, which the wallet uses. */
const INFO = 'prometheus/v1/transport-identity';

/**
 * The 32 bytes of a node's Ed25519 key on the network: HKDF-SHA256 of the wallet's BIP39 seed. The same words give the same peer id.
 */
export function identitySeed(walletSeed: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', walletSeed, new Uint8Array(0), utf8(INFO), 32));
}
