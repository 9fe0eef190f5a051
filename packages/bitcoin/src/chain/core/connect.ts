import type { Hash32 } from '@prometheus-compute/protocol';
import { toHex } from '@prometheus-compute/protocol';
import { blockHashFromDisplay } from '../../devchain/blocks/header.ts';
import { RpcClient, type RpcClientOptions } from '../../rpc/client.ts';
import { AlarmBoard, ChainAlarm } from './alarm.ts';
import { readChainInfo, readHash, readVersion } from './answers.ts';
import { Blocks } from './blocks.ts';
import { CoreBackend } from './core-backend.ts';
import { CoreNode } from './core-node.ts';
import { type Checkpoint, HeaderSync } from './header-sync.ts';
import { type CoreNetwork, type NetworkRules, rulesOf } from './networks.ts';
import { Transactions } from './transactions.ts';

/** How a node is connected to. */
export interface CoreBackendOptions {
  readonly rpc: RpcClientOptions;
  readonly network: CoreNetwork;
  /**
   * A block from which headers are followed, such as the one of the wallet's first address; by default the first
   * block of the network. Without its hash, the node's word is taken for it: {@link CoreBackend.checkpoint} then
   * says which one it was, to be given the next time.
   */
  readonly checkpoint?: { readonly height: number; readonly hash?: Hash32 };
  /** Called once when an alarm begins. The call that met it throws it as well. */
  readonly onAlarm: (alarm: ChainAlarm) => void;
  /** Called when an alarm has ended. What a node was caught with (a false header, block or answer) stays. */
  readonly onCleared?: (alarm: ChainAlarm) => void;
  /** Seconds after which the last block is too old; by default there is no limit. */
  readonly stalledAfter?: number;
  /** Milliseconds without an answer until the alarm `node-unreachable`. */
  readonly unreachableAfter?: number;
  /** Satoshis per 1000 virtual bytes: what the node says beyond it is not believed. */
  readonly maxFeeRate?: bigint;
  /** Blocks from the tip down that are read through for a transaction that is found no other way. */
  readonly searchedBlocks?: number;
  /** Takes the node's chain where it has less work, too: for development chains whose blocks are taken back by hand. */
  readonly followsLessWork?: boolean;
  /** Milliseconds between two looks at the tip while somebody listens for blocks. */
  readonly pollInterval?: number;
  /** Milliseconds since 1970; by default the clock of this machine. */
  readonly now?: () => number;
}

/** First version whose `submitpackage` takes what contracts need: packages of version 3, pay-to-anchor outputs. */
const LEAST_VERSION = 280_000;
/** Milliseconds. A node that restarts is back sooner. */
const DEFAULT_PATIENCE = 60_000;
/** Satoshis per 1000 virtual bytes: 1000 per byte, twice what blocks have ever asked for. */
const DEFAULT_MAX_FEE_RATE = 1_000_000n;
/** A week of blocks. Their index takes 16 MB on the main network. */
const DEFAULT_SEARCHED_BLOCKS = 1_008;
const DEFAULT_POLL_INTERVAL = 1_000;
/** Bytes: a block of 4 MB in hexadecimal, and some. */
const MAX_ANSWER_BYTES = 12_000_000;

/**
 * Connects to Bitcoin Core, or to the development chain's server, and looks who it is. Headers are read at the first
 * question: `tip()` throws for as long as the node is in its initial download.
 *
 * @example
 * const chain = await connectCore({
 *   rpc: { url: 'http://127.0.0.1:8332', cookieFile: '/home/me/.bitcoin/.cookie' },
 *   network: 'main',
 *   checkpoint: { height: 840_000, hash },
 *   onAlarm: (alarm) => console.error(alarm.message, alarm.remedy),
 * });
 * @throws ChainAlarm `wrong-network`, `node-version`, `checkpoint-missing`, `wrong-answer`; RpcClientError when nobody answers
 */
export async function connectCore(options: CoreBackendOptions): Promise<CoreBackend> {
  const { network, onAlarm, onCleared, now = Date.now } = options;
  const rules = rulesOf(network);
  const alarms = new AlarmBoard(onAlarm, onCleared ?? (() => {}));
  const client = new RpcClient({ maxAnswerBytes: MAX_ANSWER_BYTES, ...options.rpc });
  const node = new CoreNode(client, alarms, now, options.unreachableAfter ?? DEFAULT_PATIENCE);
  await checkIdentity(node, alarms, rules);
  const checkpoint = await checkpointOf(options, node, alarms, rules);
  const headers = new HeaderSync(node, alarms, {
    rules,
    checkpoint,
    now,
    followsLessWork: options.followsLessWork ?? false,
  });
  const searched = options.searchedBlocks ?? DEFAULT_SEARCHED_BLOCKS;
  const blocks = new Blocks(node, alarms, headers, rules, searched);
  return new CoreBackend({
    node,
    headers,
    blocks,
    transactions: new Transactions(node, blocks, searched),
    alarms,
    checkpoint,
    now,
    stalledAfter: options.stalledAfter,
    maxFeeRate: options.maxFeeRate ?? DEFAULT_MAX_FEE_RATE,
    pollInterval: options.pollInterval ?? DEFAULT_POLL_INTERVAL,
  });
}

async function checkIdentity(node: CoreNode, alarms: AlarmBoard, rules: NetworkRules): Promise<void> {
  const { chain } = await node.ask(readChainInfo, 'getblockchaininfo');
  const genesis = await node.ask(readHash, 'getblockhash', 0);
  if (chain !== rules.name || genesis !== rules.genesis) {
    const message = `the Bitcoin node runs on ${chain} with the first block ${genesis}, not on ${rules.name}`;
    const evidence = { expected: rules.name, found: chain, genesis };
    throw alarms.raise(new ChainAlarm('wrong-network', message, evidence));
  }
  const version = await node.ask(readVersion, 'getnetworkinfo');
  if (version >= LEAST_VERSION) return;
  const message = `the Bitcoin node's version is ${version}, and at least ${LEAST_VERSION} is needed`;
  throw alarms.raise(new ChainAlarm('node-version', message, { version }));
}

async function checkpointOf(
  { checkpoint }: CoreBackendOptions,
  node: CoreNode,
  alarms: AlarmBoard,
  rules: NetworkRules,
): Promise<Checkpoint> {
  if (checkpoint === undefined || checkpoint.height === 0) return { height: 0, hash: rules.genesis };
  const { height, hash } = checkpoint;
  const asked = await node.tryAsk(readHash, 'getblockhash', height);
  const found = 'value' in asked ? asked.value : undefined;
  const wanted = hash === undefined ? found : blockHashFromDisplay(toHex(hash.slice().reverse()));
  if (wanted !== undefined && found === wanted) return { height, hash: wanted };
  const message = `the Bitcoin node's chain does not have the block at height ${height} that it should`;
  const evidence = { height, hash: wanted ?? 'any', found: found ?? 'nothing' };
  throw alarms.raise(new ChainAlarm('checkpoint-missing', message, evidence));
}
