import { join } from 'node:path';
import {
  ADDRESS_NETWORKS,
  type Devchain,
  DevchainBackend,
  mnemonicFromEntropy,
  seedFromMnemonic,
  verifySchnorr,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import { Node, type NodeRole } from '../engine/node.ts';
import type { NodePolicy, TaskProgress } from '../engine/tasks/context.ts';
import type { DutyNotice } from '../engine/watcher.ts';
import type { MemoryNetwork } from '../net/memory-transport.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Executor } from '../ports/executor.ts';
import type { PeerId } from '../ports/transport.ts';
import type { NodeWallet } from '../ports/wallet.ts';
import { createLocalSigner, masterSecret } from '../signer/local-signer.ts';
import { folderBlobs } from '../store/folder-blobs.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createLocalWallet } from '../wallet/local-wallet.ts';

/** What the parties of a network in one process share. Everything else each has for itself. */
export interface PartySurroundings {
  readonly chain: Devchain;
  readonly network: MemoryNetwork;
  readonly executor: Executor;
  readonly entropy: Entropy;
  readonly policy: NodePolicy;
  /** Each party has a folder of its own in it. */
  readonly dataFolder: string;
  readonly onProgress: (party: LocalParty, progress: TaskProgress) => void;
  readonly onDuty: (party: LocalParty, notice: DutyNotice) => void;
}

/** A party with its own seed, wallet, keys, SQLite file and transport endpoint. */
export interface LocalParty {
  readonly name: PeerId;
  readonly role: NodeRole;
  readonly node: Node;
  readonly wallet: NodeWallet;
}

/**
 * Sets up a party. Its seed is fresh and lives in memory only: a development chain ends with its process, and so does
 * the money on it.
 */
export function createParty(name: PeerId, role: NodeRole, surroundings: PartySurroundings): LocalParty {
  const { chain, network, executor, entropy, policy, dataFolder } = surroundings;
  const seed = seedFromMnemonic(mnemonicFromEntropy(entropy(16)));
  const wallet = createLocalWallet(WalletAccount.fromSeed(seed, ADDRESS_NETWORKS.regtest), entropy);
  const folder = join(dataFolder, name);
  const ports = {
    chain: new DevchainBackend(chain),
    store: openSqliteStore(join(folder, 'node.sqlite')),
    blobs: folderBlobs(join(folder, 'blobs')),
    signer: createLocalSigner(masterSecret(seed), entropy),
    wallet,
    transport: network.connect(name),
    entropy,
    verify: verifySchnorr,
  };
  const party: LocalParty = {
    name,
    role,
    wallet,
    node: new Node(ports, {
      roles: [role],
      policy,
      executor,
      onProgress: (progress) => surroundings.onProgress(party, progress),
      onDuty: (notice) => surroundings.onDuty(party, notice),
    }),
  };
  return party;
}
