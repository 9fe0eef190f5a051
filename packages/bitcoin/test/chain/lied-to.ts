import type { Hash32 } from '@prometheus-compute/protocol';
import type { BlockHash, BlockHeader } from '../../src/devchain/blocks/header.ts';
import { headerHash, serializeHeader } from '../../src/devchain/blocks/header.ts';
import {
  type ChainAlarm,
  type CoreBackend,
  type CoreBackendOptions,
  connectCore,
  Devchain,
  type JsonValue,
  parseBlock,
  RpcClient,
  RpcClientError,
  RpcServer,
  serializeBlock,
} from '../../src/index.ts';
import { rewardOf, type ScenarioCoin, scriptOf, spend } from '../differential/coins.ts';
import { LyingProxy, RpcFailure } from './lying-proxy.ts';

/** Blocks that are there from the start. */
const BLOCKS = 105;

/** A backend, the proxy that it talks to, and the honest chain behind that. */
export interface LiedTo {
  readonly chain: Devchain;
  readonly proxy: LyingProxy;
  readonly backend: CoreBackend;
  readonly alarms: readonly ChainAlarm[];
  readonly cleared: readonly ChainAlarm[];
  /** Codes of the alarms that were raised. */
  codes(): readonly string[];
}

/** An honest chain with a few payments in its last block, behind a proxy that has not lied yet. */
export async function behindProxy(use: (proxy: LyingProxy, chain: Devchain) => Promise<void>): Promise<void> {
  const chain = new Devchain();
  chain.mine(5, scriptOf());
  chain.mine(BLOCKS - 6, scriptOf(1));
  for (const height of [1, 2]) chain.submitTransaction(payment(chain, height));
  chain.mine(1, scriptOf(1));
  const user = { name: 'user', password: 'password' };
  const server = await RpcServer.start(chain, { port: 0, user });
  const client = new RpcClient({ url: `http://127.0.0.1:${server.port}`, user });
  const proxy = await LyingProxy.start(async (method, params) => {
    try {
      return await client.call(method, ...params);
    } catch (error) {
      if (!(error instanceof RpcClientError) || error.rpcCode === undefined) throw error;
      return new RpcFailure(error.rpcCode, error.reason ?? '');
    }
  });
  try {
    await use(proxy, chain);
  } finally {
    await proxy.close();
    await server.close();
  }
}

/** As {@link behindProxy}, with a backend that has seen the chain's tip. */
export async function liedTo(
  use: (lied: LiedTo) => Promise<void>,
  options: Partial<CoreBackendOptions> = {},
): Promise<void> {
  await behindProxy(async (proxy, chain) => {
    const alarms: ChainAlarm[] = [];
    const cleared: ChainAlarm[] = [];
    const backend = await connectCore({
      network: 'regtest',
      checkpoint: { height: BLOCKS - 15 },
      onAlarm: (alarm) => alarms.push(alarm),
      onCleared: (alarm) => cleared.push(alarm),
      ...options,
      rpc: { ...options.rpc, url: proxy.url },
    });
    await backend.tip();
    const codes = (): readonly string[] => alarms.map(({ code }) => code);
    await use({ chain, proxy, backend, alarms, cleared, codes });
  });
}

/** A payment of the reward at `height`. */
export function payment(chain: Devchain, height: number): Uint8Array {
  const from: ScenarioCoin = rewardOf({ block: chain.blockAt(height)!.block, height });
  return spend({ from: [from], to: [from.amount - 1_000n] });
}

/** Answers `method` with what `change` makes of the truth. */
export function changing(proxy: LyingProxy, method: string, change: (truth: JsonValue) => JsonValue): void {
  proxy.lie = async (called, _params, truth) => (called === method ? change(await truth()) : undefined);
}

/** Makes a node show one more block, of which it has nothing but a header. */
export function pretendHeader(proxy: LyingProxy, height: number, header: BlockHeader): BlockHash {
  const hash = headerHash(header);
  proxy.lie = async (method, [first], truth) => {
    if (method === 'getbestblockhash') return hash;
    if (method === 'getblockchaininfo')
      return { ...((await truth()) as object), blocks: height, bestblockhash: hash };
    if (method === 'getblockhash' && first === height) return hash;
    if (method === 'getblockheader' && first === hash)
      return Buffer.from(serializeHeader(header)).toString('hex');
    return undefined;
  };
  return hash;
}

/** A block in hexadecimal, changed. */
export function changedBlock(
  hex: JsonValue,
  change: (block: ReturnType<typeof parseBlock>) => ReturnType<typeof parseBlock>,
): string {
  const block = parseBlock(Buffer.from(hex as string, 'hex'));
  return Buffer.from(serializeBlock(change(block))).toString('hex');
}

/** The other byte order. */
export function internal(hash: BlockHash): Hash32 {
  return new Uint8Array(Buffer.from(hash, 'hex').reverse()) as Hash32;
}
