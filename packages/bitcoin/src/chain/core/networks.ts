import { fromHex, type Hash32, hash32 } from '@prometheus-compute/protocol';
import { type BlockHash, blockHashFromDisplay } from '../../devchain/blocks/header.ts';

/** Networks as Core's `getblockchaininfo` names them. */
export type CoreNetwork = 'main' | 'testnet4' | 'signet' | 'regtest';

/** Rules of a network that headers and blocks are held against (Core's kernel/chainparams.cpp). */
export interface NetworkRules {
  readonly name: CoreNetwork;
  readonly genesis: BlockHash;
  /** Compact form of the easiest target. */
  readonly limitBits: number;
  /** The easiest target itself: on most networks it has more digits than its compact form. */
  readonly limit: bigint;
  /** Whether the target follows the time that 2016 blocks took. */
  readonly retargets: boolean;
  /** Whether a block more than 20 minutes after its parent may have the easiest target. */
  readonly easyAfterPause: boolean;
  /** BIP94: a period's target follows from its first block, whose time lies at most 10 minutes before its parent's. */
  readonly bip94: boolean;
  /** Whether times ahead of this machine's clock are refused. On regtest, whoever mines sets the time. */
  readonly followsClock: boolean;
  /** Height from which BIP34, BIP113 and BIP141 hold, all three. */
  readonly segwitHeight: number;
}

const MAIN_LIMIT = (1n << 224n) - 1n;

const RULES: Readonly<Record<CoreNetwork, NetworkRules>> = Object.freeze({
  main: {
    name: 'main',
    genesis: blockHashFromDisplay('000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'),
    limitBits: 0x1d00ffff,
    limit: MAIN_LIMIT,
    retargets: true,
    easyAfterPause: false,
    bip94: false,
    followsClock: true,
    segwitHeight: 481_824,
  },
  testnet4: {
    name: 'testnet4',
    genesis: blockHashFromDisplay('00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043'),
    limitBits: 0x1d00ffff,
    limit: MAIN_LIMIT,
    retargets: true,
    easyAfterPause: true,
    bip94: true,
    followsClock: true,
    segwitHeight: 1,
  },
  signet: {
    name: 'signet',
    genesis: blockHashFromDisplay('00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'),
    limitBits: 0x1e0377ae,
    limit: 0x377aen << 216n,
    retargets: true,
    easyAfterPause: false,
    bip94: false,
    followsClock: true,
    segwitHeight: 1,
  },
  regtest: {
    name: 'regtest',
    genesis: blockHashFromDisplay('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'),
    limitBits: 0x207fffff,
    limit: (1n << 255n) - 1n,
    retargets: false,
    easyAfterPause: false,
    bip94: false,
    followsClock: false,
    segwitHeight: 1,
  },
} satisfies Record<CoreNetwork, NetworkRules>);

/** The rules of a network. */
export function rulesOf(network: CoreNetwork): NetworkRules {
  return RULES[network];
}

/** Hash of a network's first block, in internal byte order. */
export function genesisHash(network: CoreNetwork): Hash32 {
  return internalHash(RULES[network].genesis);
}

/** The 32 bytes of a block hash, in internal byte order. */
export function internalHash(hash: BlockHash): Hash32 {
  return hash32(fromHex(hash).reverse());
}
