import { WalletAccount } from '@prometheus-compute/bitcoin';
import type { NodeConfig } from '../config/config.ts';
import { identitySeed } from '../keystore/identity.ts';
import { openKeystore } from '../keystore/keystore.ts';
import { masterSecret } from '../signer/local-signer.ts';

/** Everything secret of a node, each part derived from the one seed and apart from the others. */
export interface NodeKeys {
  /** BIP86 account 0. */
  readonly account: WalletAccount;
  /** 32 bytes: keys of channels. */
  readonly master: Uint8Array;
  /** 32 bytes: the node's identity on the network. */
  readonly identity: Uint8Array;
}

/**
 * Decrypts the keystore and derives the node's keys. Passphrase and seed are wiped.
 *
 * @param passphrase - asked for when the keystore is known to be there
 * @throws KeystoreError
 */
export async function unlock(
  { folders, network }: NodeConfig,
  passphrase: () => Promise<Uint8Array>,
): Promise<NodeKeys> {
  const bytes = await passphrase();
  const seed = await openKeystore(folders.keystore, bytes).finally(() => bytes.fill(0));
  try {
    return keysOf(seed, network.addresses);
  } finally {
    seed.fill(0);
  }
}

/** Keys of a BIP39 seed. */
export function keysOf(seed: Uint8Array, addresses: NodeConfig['network']['addresses']): NodeKeys {
  return {
    account: WalletAccount.fromSeed(seed, addresses),
    master: masterSecret(seed),
    identity: identitySeed(seed),
  };
}
