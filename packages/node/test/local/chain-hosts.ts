import { isDeepStrictEqual } from 'node:util';
import {
  type BlockNode,
  type CoreBackend,
  connectCore,
  Devchain,
  DevchainBackend,
  type RpcClient,
  type RpcClientOptions,
  RpcServer,
  serializeBlock,
  startBitcoind,
} from '@prometheus-compute/bitcoin';
import { toHex } from '@prometheus-compute/protocol';
import type { LocalNetworkOptions } from '../../src/index.ts';
import type { Chain } from '../../src/ports/chain.ts';

/** A development chain, and how the parties of a network reach it. */
export interface ChainHost {
  /** What {@link LocalNetwork.start} takes for it. */
  readonly options: Required<Pick<LocalNetworkOptions, 'chain' | 'ports' | 'turns'>>;
  close(): Promise<void>;
}

/** Asks `core` of a chain; one call after another where `inTurn` says so. */
type Ask = <T>(of: (chain: Chain) => Promise<T>) => Promise<T>;

/** The chain of a test: beside a live bitcoind that has to agree with it in everything where `BITCOIND` names one. */
export async function chainHost(): Promise<ChainHost | undefined> {
  const program = process.env.BITCOIND;
  return program === undefined ? undefined : besideBitcoind(program);
}

/** A development chain that the parties talk to over JSON-RPC. */
export async function overRpc(): Promise<ChainHost> {
  const chain = new Devchain();
  const user = { name: 'party', password: 'password' };
  const server = await RpcServer.start(chain, { port: 0, user });
  const core = await connected({ url: `http://127.0.0.1:${server.port}`, user });
  const underway = { count: 0 };
  return {
    options: hostOptions(chain, underway, (of) => of(core)),
    close: async () => {
      core.close();
      await server.close();
    },
  };
}

/**
 * A development chain, and beside it a bitcoind that takes over each of its blocks and takes back what it takes back. The parties talk to
 * the bitcoind. Each of its answers, and its verdict on each transaction, must be that of the development chain.
 */
export async function besideBitcoind(program: string): Promise<ChainHost> {
  const chain = new Devchain();
  // Blocks of the development chain have times of their own.
  const bitcoind = await startBitcoind(program, ['-maxtipage=2000000000']);
  const core = await connected({ url: bitcoind.url, cookieFile: bitcoind.cookieFile });
  const follower = new Follower(chain, bitcoind.client);
  const embedded = new DevchainBackend(chain);
  const underway = { count: 0 };
  let last: Promise<unknown> = Promise.resolve();
  const ask: Ask = (of) => {
    const asked = last.then(async () => {
      await follower.follow();
      // Both are at the same block now, and the bitcoind stays there until the next call.
      const expected = of(embedded);
      const answer = await of(core);
      if (!isDeepStrictEqual(answer, await expected)) {
        const texts = [answer, await expected].map((value) => JSON.stringify(value, plain));
        throw new RangeError(`bitcoind says ${texts[0]}, the development chain ${texts[1]}`);
      }
      return answer;
    });
    last = asked.catch(() => {});
    return asked;
  };
  return {
    options: hostOptions(chain, underway, ask, async () => embedded.feeRate()),
    close: async () => {
      core.close();
      await bitcoind.stop();
    },
  };
}

/** Brings a bitcoind to where a development chain is. */
class Follower {
  readonly #client: RpcClient;
  /** What happened to the chain and has not happened to the bitcoind, oldest first. */
  #changes: { readonly kind: 'connected' | 'disconnected'; readonly node: BlockNode }[] = [];

  constructor(chain: Devchain, client: RpcClient) {
    this.#client = client;
    chain.subscribe((change) => this.#changes.push(change));
  }

  async follow(): Promise<void> {
    while (this.#changes.length > 0) {
      const changes = this.#changes;
      this.#changes = [];
      for (const [index, { kind, node }] of changes.entries()) {
        if (kind === 'connected') await this.#take(node);
        // Of blocks that leave together, the lowest takes the others with it.
        else if (changes[index + 1]?.kind !== 'disconnected')
          await this.#client.call('invalidateblock', node.block.hash);
      }
    }
  }

  async #take({ block }: BlockNode): Promise<void> {
    const said = await this.#client.call('submitblock', toHex(serializeBlock(block)));
    if (said === 'duplicate-invalid') await this.#client.call('reconsiderblock', block.hash);
    else if (said !== null)
      throw new RangeError(`bitcoind does not take block ${block.hash}: ${String(said)}`);
  }
}

const connected = (rpc: RpcClientOptions): Promise<CoreBackend> =>
  connectCore({
    rpc,
    network: 'regtest',
    followsLessWork: true,
    onAlarm: (alarm) => {
      throw alarm;
    },
  });

function hostOptions(
  chain: Devchain,
  underway: { count: number },
  ask: Ask,
  feeRate?: () => Promise<bigint>,
): ChainHost['options'] {
  const messages: (() => void)[] = [];
  let looking = false;
  const look = (): void => {
    looking = false;
    // As on a chain in the process: everybody has seen a block before anybody is told what others say to it.
    if (underway.count === 0) messages.shift()?.();
    if (messages.length > 0) lookLater();
  };
  const lookLater = (): void => {
    if (looking) return;
    looking = true;
    setImmediate(look);
  };
  const later = (happen: () => void): void => {
    messages.push(happen);
    lookLater();
  };
  const counted: Ask = async (of) => {
    underway.count += 1;
    try {
      return await ask(of);
    } finally {
      underway.count -= 1;
    }
  };
  const reached: Chain = {
    tip: () => counted((to) => to.tip()),
    blockAt: (height) => counted((to) => to.blockAt(height)),
    output: (outpoint) => counted((to) => to.output(outpoint)),
    transaction: (txid, near) => counted((to) => to.transaction(txid, near)),
    waiting: (txid) => counted((to) => to.waiting(txid)),
    spender: (outpoint) => counted((to) => to.spender(outpoint)),
    // What the miner of the development chain asks for, a bitcoind cannot know.
    feeRate: feeRate ?? (() => counted((to) => to.feeRate())),
    submit: (bytes) => counted((to) => to.submit(bytes)),
    submitPackage: (list) => counted((to) => to.submitPackage(list)),
  };
  return {
    chain,
    ports: (_, ports) => ({ ...ports, chain: reached }),
    turns: {
      later,
      get idle() {
        return underway.count === 0;
      },
    },
  };
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  return value instanceof Uint8Array ? toHex(value) : value;
}
