import { join } from 'node:path';
import {
  ADDRESS_NETWORKS,
  type Devchain,
  DevchainBackend,
  mnemonicFromEntropy,
  seedFromMnemonic,
  signSchnorr,
  verifySchnorr,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import { fromHex, hash32 } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import type { EnginePorts } from '../engine/engine-ports.ts';
import type { DutyNotice } from '../engine/publisher.ts';
import type { NodePolicy, TaskProgress } from '../engine/tasks/context.ts';
import type { MemoryNetwork } from '../net/memory-transport.ts';
import { Node, type NodeRole } from '../node/node.ts';
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
  readonly executor: Executor<ChunkOutcome>;
  /** Random bytes of a party. */
  readonly entropy: (party: PeerId) => Entropy;
  readonly policy: NodePolicy;
  /** Each party has a folder of its own in it. */
  readonly dataFolder: string;
  /** Puts its own adapters around those of a party, to watch what goes through them. */
  readonly ports: (party: PeerId, ports: EnginePorts) => EnginePorts;
  /** What a party runs chunks with, and decides, where it is not what everybody has. */
  readonly executors: (party: PeerId, executor: Executor<ChunkOutcome>) => Executor<ChunkOutcome>;
  readonly policies: (party: PeerId, policy: NodePolicy) => NodePolicy;
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

/** What a party is set up again from. Both live in memory only: a development chain ends with its process, and so does its money. */
export interface PartySeed {
  readonly seed: Uint8Array;
  /** Follows from the seed; it has derived most of its keys already. */
  readonly account: WalletAccount;
}

/** A party that is set up, and its seed. */
export interface SeededParty extends PartySeed {
  readonly party: LocalParty;
}

/**
 * Sets up a party.
 *
 * @param stored - of an earlier run, whose folder it takes over; without it the seed is fresh
 */
export function createParty(
  name: PeerId,
  role: NodeRole,
  surroundings: PartySurroundings,
  stored?: PartySeed,
): SeededParty {
  const { chain, network, dataFolder } = surroundings;
  const entropy = surroundings.entropy(name);
  const seed = stored?.seed ?? seedFromMnemonic(mnemonicFromEntropy(entropy(16)));
  const account = stored?.account ?? WalletAccount.fromSeed(seed, ADDRESS_NETWORKS.regtest);
  const wallet = createLocalWallet(account, entropy, { recover: stored !== undefined });
  const folder = join(dataFolder, name);
  const ports = surroundings.ports(name, {
    genesis: hash32(fromHex(chain.blockAt(0)!.block.hash).reverse()),
    chain: new DevchainBackend(chain),
    // The chain is in this process and ends with it.
    store: openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' }),
    blobs: folderBlobs(join(folder, 'blobs')),
    signer: createLocalSigner(masterSecret(seed), entropy, signSchnorr),
    wallet,
    transport: network.connect(name),
    entropy,
    verify: verifySchnorr,
  });
  const party: LocalParty = {
    name,
    role,
    wallet,
    node: new Node(ports, {
      roles: [role],
      policy: surroundings.policies(name, surroundings.policy),
      executor: surroundings.executors(name, surroundings.executor),
      onProgress: (progress) => surroundings.onProgress(party, progress),
      onDuty: (notice) => surroundings.onDuty(party, notice),
    }),
  };
  return { party, seed, account };
}
