import {
  ADDRESS_NETWORKS,
  addressOf,
  BLOCK_INTERVAL,
  type Block,
  type CoreBackend,
  connectCore,
  Devchain,
  DevchainBackend,
  FIRST_BLOCK_TIME,
  type JsonValue,
  RpcClient,
  type RpcClientOptions,
  serializeBlock,
  startBitcoind,
} from '@prometheus-compute/bitcoin';
import type { Chain } from '@prometheus-compute/node';
import { fromHex, toHex } from '@prometheus-compute/protocol';
import { z } from 'zod';
import { Agreement } from './agreement.ts';
import { type Censor, type StageChain, uncensored } from './stage-chain.ts';

/** Seconds: blocks of a scenario have times of their own, years ago, and are no sign of a download. */
const OLDEST_TIP = 2_000_000_000;
/** What `testmempoolaccept` calls it when an input is not there. */
const MISSING_INPUTS = { short: 'missing-inputs', full: 'bad-txns-inputs-missingorspent' } as const;

/** What `submitblock` says to a block that becomes the tip, and to one that is kept beside the chain. */
const WORDS = {
  connected: null,
  stored: 'inconclusive',
  duplicate: 'duplicate',
  refused: 'refused',
} as const;

const textSchema = z.string();
const generatedSchema = z.object({ hash: textSchema });
const testedSchema = z.tuple([
  z.discriminatedUnion('allowed', [
    z.object({ allowed: z.literal(true) }),
    z.object({ allowed: z.literal(false), 'reject-reason': textSchema }),
  ]),
]);

/**
 * Bitcoin Core on an empty regtest. It makes the blocks and judges the transactions, and parties reach it over JSON-RPC. A development chain is
 * given each of its blocks, and each transaction that it is: both must say the same of all of them.
 */
export class CoreChain implements StageChain {
  readonly seen: Devchain;
  readonly reached: Chain;
  readonly #client: RpcClient;
  readonly #core: CoreBackend;
  readonly #stop: () => Promise<void>;
  readonly #agreement: Agreement;
  /** Blocks that it was asked for, also those that were taken back. */
  #asked = 0;

  private constructor(client: RpcClient, core: CoreBackend, stop: () => Promise<void>) {
    this.seen = new Devchain();
    this.#client = client;
    this.#core = core;
    this.#stop = stop;
    this.#agreement = new Agreement();
    this.reached = this.#agreement.between(core, new DevchainBackend(this.seen));
  }

  /**
   * @param rpc - of a node that nobody else talks to
   * @param stop - ends the node, also where nobody can connect to it
   * @throws ChainAlarm `node-version`; RpcClientError
   */
  static async connect(rpc: RpcClientOptions, stop: () => Promise<void>): Promise<CoreChain> {
    try {
      const core = await connectCore({
        rpc,
        network: 'regtest',
        // Whoever asks meets it as well.
        onAlarm: () => {},
      });
      return new CoreChain(new RpcClient(rpc), core, stop);
    } catch (cause) {
      await stop();
      throw cause;
    }
  }

  /** @throws SimulationError `chains-differ`; RpcClientError */
  async mine(reward: Uint8Array, censors: Censor | undefined): Promise<void> {
    this.#agreement.refuseDifference();
    this.#asked += 1;
    await this.#client.call('setmocktime', FIRST_BLOCK_TIME + BLOCK_INTERVAL * this.#asked);
    const hash = await this.#generate(addressOf(reward, ADDRESS_NETWORKS.regtest)!, censors);
    const block = textSchema.parse(await this.#client.call('getblock', hash, 0));
    this.#agreement.hold(`block ${hash}`, { kind: 'connected' }, this.seen.submitBlock(fromHex(block)));
    await this.#holdMempools();
  }

  async #generate(address: string, censors: Censor | undefined): Promise<string> {
    if (censors === undefined) {
      const [hash] = z.tuple([textSchema]).parse(await this.#client.call('generatetoaddress', 1, address));
      return hash;
    }
    const chosen = uncensored(this.seen, censors).map(({ bytes }) => toHex(bytes));
    return generatedSchema.parse(await this.#client.call('generateblock', address, chosen)).hash;
  }

  async moveTo(branch: readonly Block[]): Promise<void> {
    this.#asked += branch.length;
    for (const block of branch) {
      await this.#client.call('setmocktime', block.header.time);
      const said = await this.#client.call('submitblock', toHex(serializeBlock(block)));
      const outcome = this.seen.submitParsedBlock(block);
      this.#agreement.hold(`block ${block.hash}`, said, WORDS[outcome.kind]);
    }
    await this.#holdMempools();
  }

  async objectionTo(transaction: Uint8Array): Promise<string> {
    const answer = await this.#client.call('testmempoolaccept', [toHex(transaction)]);
    const own = this.seen.testTransaction(transaction);
    const reason = own.kind === 'accepted' ? undefined : own.rejection.reason;
    this.#agreement.hold(`objection to ${toHex(transaction)}`, reasonIn(answer), reason);
    // One without fee, or with too little, could come with a child.
    return own.kind === 'accepted' || own.rejection.kind === 'reconsiderable'
      ? 'accepted'
      : own.rejection.reason;
  }

  async close(): Promise<void> {
    this.#core.close();
    await this.#stop();
  }

  async #holdMempools(): Promise<void> {
    const waiting = z.array(textSchema).parse(await this.#client.call('getrawmempool'));
    const own = [...this.seen.mempool.entries()].map(({ loaded }) => loaded.txid);
    this.#agreement.hold('transactions that wait', waiting.sort(), own.sort());
  }
}

/**
 * A fresh `bitcoind -regtest` of its own, which ends with the chain.
 *
 * @param program - its path
 * @throws BitcoindError; ChainAlarm `node-version`
 */
export async function startBitcoindChain(program: string): Promise<StageChain> {
  const { url, cookieFile, stop } = await startBitcoind(program, [`-maxtipage=${OLDEST_TIP}`]);
  return CoreChain.connect({ url, cookieFile }, stop);
}

/** Why Bitcoin Core does not take a transaction; undefined when it does. */
function reasonIn(answer: JsonValue): string | undefined {
  const [tested] = testedSchema.parse(answer);
  if (tested.allowed) return undefined;
  const reason = tested['reject-reason'];
  return reason === MISSING_INPUTS.short ? MISSING_INPUTS.full : reason;
}
