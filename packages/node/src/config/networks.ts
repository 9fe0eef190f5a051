import { homedir } from 'node:os';
import { join } from 'node:path';
import { ADDRESS_NETWORKS, type AddressNetwork } from '@prometheus-compute/bitcoin';
import { ConfigError } from './errors.ts';
import { nearestWord } from './nearest.ts';

/** Networks that a node runs on. `dev` is the chain of `prometh devchain`; the others are Bitcoin Core's. */
export const NETWORK_NAMES = ['dev', 'regtest', 'signet', 'testnet4', 'mainnet'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** What a network fixes, and what a node on it takes when nobody says otherwise. */
export interface Network {
  readonly name: NetworkName;
  /** How addresses are written. */
  readonly addresses: AddressNetwork;
  /** The consensus rules, as Core's `getblockchaininfo` names them. */
  readonly chain: 'regtest' | 'signet' | 'testnet4' | 'main';
  /** Whether its coins are worth nothing and its blocks come when they are asked for. */
  readonly development: boolean;
  /**
   * First block that can matter: of June 2025 or before, when nothing of this protocol was on any chain, no T_P and no coin of a wallet
   * that this program has made.
   */
  readonly firstHeight: number;
  /** TCP port of the node's JSON-RPC on this machine. */
  readonly rpcPort: number;
  /** Port on which a daemon listens for its peers. */
  readonly peerPort: number;
  /** Where the node at {@link rpcPort} puts its cookie. */
  readonly cookieFile: (dataFolder: string) => string;
}

const core = (...folders: readonly string[]) => {
  return () => join(homedir(), '.bitcoin', ...folders, '.cookie');
};

/** By name. */
export const NETWORKS: Readonly<Record<NetworkName, Network>> = Object.freeze({
  dev: {
    name: 'dev',
    addresses: ADDRESS_NETWORKS.regtest,
    chain: 'regtest',
    development: true,
    firstHeight: 0,
    rpcPort: 18_443,
    peerPort: 28_733,
    cookieFile: (dataFolder) => join(dataFolder, 'devchain', 'rpc-18443.cookie'),
  },
  regtest: {
    name: 'regtest',
    addresses: ADDRESS_NETWORKS.regtest,
    chain: 'regtest',
    development: true,
    firstHeight: 0,
    rpcPort: 18_443,
    peerPort: 18_733,
    cookieFile: core('regtest'),
  },
  signet: {
    name: 'signet',
    addresses: ADDRESS_NETWORKS.signet,
    chain: 'signet',
    development: false,
    firstHeight: 240_000,
    rpcPort: 38_332,
    peerPort: 38_733,
    cookieFile: core('signet'),
  },
  testnet4: {
    name: 'testnet4',
    addresses: ADDRESS_NETWORKS.testnet,
    chain: 'testnet4',
    development: false,
    firstHeight: 80_000,
    rpcPort: 48_332,
    peerPort: 48_733,
    cookieFile: core('testnet4'),
  },
  mainnet: {
    name: 'mainnet',
    addresses: ADDRESS_NETWORKS.bitcoin,
    chain: 'main',
    development: false,
    firstHeight: 900_000,
    rpcPort: 8_332,
    peerPort: 8_733,
    cookieFile: core(),
  },
} satisfies Record<NetworkName, Network>);

/** @throws ConfigError `network-unknown`, with the name that was meant */
export function networkNamed(name: string): Network {
  if (Object.hasOwn(NETWORKS, name)) return NETWORKS[name as NetworkName];
  const meant = nearestWord(name, NETWORK_NAMES);
  throw new ConfigError('network-unknown', `there is no network "${name}"`, {
    remedy: `${meant === undefined ? '' : `Did you mean ${meant}? `}Name one of ${NETWORK_NAMES.join(', ')}.`,
  });
}
