import type { Hash32, SchnorrVerify } from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Chain } from '../ports/chain.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Signer } from '../ports/signer.ts';
import type { Store } from '../ports/store.ts';
import type { Transport } from '../ports/transport.ts';
import type { NodeWallet } from '../ports/wallet.ts';

/** Everything outside the process's own logic that an engine uses. */
export interface EnginePorts {
  /** Hash of the chain's first block, in internal byte order: which chain this is. */
  readonly genesis: Hash32;
  readonly chain: Chain;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly signer: Signer;
  readonly wallet: NodeWallet;
  readonly transport: Transport;
  readonly entropy: Entropy;
  readonly verify: SchnorrVerify;
}
