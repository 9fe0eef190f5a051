import {
  ADDRESS_NETWORKS,
  Devchain,
  DevchainBackend,
  parseTransaction,
  seedFromMnemonic,
  serializeBlock,
  transactionId,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import {
  type ChannelState,
  type Coin,
  completeTransaction,
  type Graph,
  type GraphTransaction,
  type Party,
  satoshi,
  schnorrSign,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import { outputOf } from '../../packages/bitcoin/test/differential/coins.ts';
import type { ScenarioBuilder } from '../../packages/bitcoin/test/differential/scenario.ts';
import type { ChannelRecord } from '../../packages/node/src/engine/channel-record.ts';
import type { EnginePorts } from '../../packages/node/src/engine/engine-ports.ts';
import { type Publication, publish } from '../../packages/node/src/engine/publish.ts';
import type { FeePolicy } from '../../packages/node/src/engine/tasks/context.ts';
import type { Chain } from '../../packages/node/src/ports/chain.ts';
import { createLocalWallet } from '../../packages/node/src/wallet/local-wallet.ts';
import { fixtureHash, keyPathSecret, partySecret } from '../../packages/protocol/test/fixtures/terms.ts';
import { anchorChild } from '../graph/children.ts';
import { type Setting, settingOf } from '../graph/setting.ts';

/** The wallet of every scenario, whose coins pay for children. */
const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const account = WalletAccount.fromSeed(seedFromMnemonic(WORDS), ADDRESS_NETWORKS.regtest);
/** Satoshis per 1000 vB that Core relays from. */
const RELAY_RATE = 100n;

/** A chain on which a transaction of the graph is valid in the next block. */
export interface ReadyChain {
  readonly setting: Setting;
  readonly s: ScenarioBuilder;
  /** Its blocks, serialised. */
  readonly blocks: readonly Uint8Array[];
}

/**
 * Mines until `id` is valid in the next block: Tx0, whatever comes between, and the waits.
 *
 * @param n - arbiters
 */
export function readyFor(id: TransactionId, n = 3): ReadyChain {
  const setting = settingOf(n);
  const { s, graph, signatures, funding, feeCoins } = setting;
  s.block({ label: 'funding', transactions: funding });
  // What comes between is paid for by the second coin: the first is the reserve.
  let coin = feeCoins[1]!;
  for (const each of lineTo(graph, id)) {
    const { wait, zeroFee } = transactionOf(graph, each);
    if (wait > 1) s.mine(wait - 1);
    if (each === id) break;
    const bytes = completeTransaction(graph, each, signatures);
    const child = anchorChild(bytes, coin, 10_000n);
    s.block({ label: `${each} is in a block`, transactions: zeroFee ? [bytes, child] : [bytes] });
    if (zeroFee) coin = outputOf(child, 0);
  }
  const { steps } = s.finish();
  const blocks = steps.filter(({ method }) => method === 'submitblock');
  return {
    setting,
    s,
    blocks: blocks.map(({ params }) => Uint8Array.from(Buffer.from(`${params[0]}`, 'hex'))),
  };
}

/** Tx0, …, `id`. */
function lineTo(graph: Graph, id: TransactionId): readonly TransactionId[] {
  const { parent } = transactionOf(graph, id);
  return parent === undefined ? [id] : [...lineTo(graph, parent), id];
}

/** A transaction that was handed to the chain, with its answer. */
export interface Submitted {
  readonly list: readonly Uint8Array[];
  readonly outcome: string;
}

/** A party that has one transaction of a contract to bring into a block. */
export class Publisher {
  readonly chain = new Devchain();
  readonly graph: Graph;
  /** The same transactions; only the schedule sees another Δ. */
  readonly #scheduled: Graph;
  readonly transaction: GraphTransaction;
  readonly reserve: Coin;
  readonly submitted: Submitted[] = [];
  readonly #self: Party;
  readonly #policy: FeePolicy;
  readonly #ports: Pick<EnginePorts, 'chain' | 'wallet' | 'signer'>;
  readonly #to: Uint8Array;
  readonly #signatures: Setting['signatures'];
  #first: number | null = null;

  /**
   * @param options.told - whether the backend's estimate is what the miner asks for, or only the least that is relayed
   * @param options.window - Δ, over which the fee rises
   */
  constructor(
    ready: ReadyChain,
    id: TransactionId,
    self: Party,
    policy: FeePolicy,
    { told = false, window = 24 }: { readonly told?: boolean; readonly window?: number } = {},
  ) {
    for (const block of ready.blocks) this.chain.submitBlock(block);
    const { graph, signatures, feeCoins } = ready.setting;
    this.graph = graph;
    const contract = { ...graph.terms.contract, confirmationBlocks: window };
    this.#scheduled = { ...graph, terms: { ...graph.terms, contract } };
    this.transaction = transactionOf(graph, id);
    this.#self = self;
    this.#policy = policy;
    this.#signatures = signatures;
    const { txid, vout, amount, script } = feeCoins[0]!;
    this.reserve = { outpoint: { txid, vout }, amount: satoshi(amount), script };
    const wallet = createLocalWallet(account, (length) => new Uint8Array(length));
    wallet.freshScript();
    this.#to = wallet.freshScript();
    const backend = new DevchainBackend(this.chain);
    const note = async (list: readonly Uint8Array[], outcome: ReturnType<Chain['submit']>) => {
      const answer = await outcome;
      this.submitted.push({ list, outcome: answer.kind === 'rejected' ? answer.reason : answer.kind });
      return answer;
    };
    const port: Chain = {
      tip: () => backend.tip(),
      blockAt: (height) => backend.blockAt(height),
      output: (outpoint) => backend.output(outpoint),
      transaction: (each) => backend.transaction(each),
      waiting: (each) => backend.waiting(each),
      spender: (outpoint) => backend.spender(outpoint),
      feeRate: async () => (told ? backend.feeRate() : RELAY_RATE),
      submit: (bytes) => note([bytes], backend.submit(bytes)),
      submitPackage: (list) => note(list, backend.submitPackage(list)),
    };
    const secret = partySecret(self);
    const signer = {
      signTransaction: (_: unknown, hash: Parameters<typeof schnorrSign>[0]) =>
        schnorrSign(hash, secret, fixtureHash('aux')),
      signPayout: (_: unknown, hash: Parameters<typeof schnorrSign>[0]) =>
        schnorrSign(hash, keyPathSecret(secret), fixtureHash('aux')),
    } as unknown as EnginePorts['signer'];
    this.#ports = { chain: port, wallet, signer };
  }

  get height(): number {
    return this.chain.tip().height;
  }

  /** Whether the transaction is in a block. */
  get confirmed(): boolean {
    return this.chain.transaction(this.transaction.txid)?.block !== undefined;
  }

  /** Satoshis that its children have cost: what the wallet had before, less what it has now. */
  get spent(): bigint {
    const child = this.child;
    if (child === undefined) return 0n;
    const own = this.transaction.outputs;
    const brought = parseTransaction(child).inputs.reduce((sum, { txid, vout }) => {
      if (txid === this.transaction.txid) return sum + (own[vout]?.amount ?? 0n);
      return sum + this.reserve.amount;
    }, 0n);
    return brought - parseTransaction(child).outputs.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** The child that the mempool or a block has. */
  get child(): Uint8Array | undefined {
    return this.submitted
      .flatMap(({ list }) => list)
      .toReversed()
      .find((bytes) => {
        const txid = transactionId(parseTransaction(bytes));
        return txid !== this.transaction.txid && this.chain.transaction(txid) !== undefined;
      });
  }

  /** What the watcher does at this tip. */
  async act(confirmBy: number | null): Promise<Publication> {
    const tip = this.height;
    const signatures = { plain: Object.fromEntries(this.#signatures), adaptor: {} };
    const { parameters, contract, arbiters } = this.graph.terms;
    const agreement = { parameters, contract, arbiters };
    const state = { name: 'computation', self: this.#self, agreement, signatures };
    const record = { id: 'one', keys: {}, state: state as unknown as ChannelState } as ChannelRecord;
    const duty = { transaction: this.transaction.id, confirmBy };
    const reserve = this.#self.startsWith('arbiter') ? undefined : { coin: this.reserve, spent: 0n };
    const order = { record, graph: this.#scheduled, duty, tip, first: this.#first, reserve, to: this.#to };
    const made = await publish(order, this.#ports as EnginePorts, this.#policy);
    if (made === undefined) throw new RangeError('there is nothing to publish');
    if (made.kind === 'handed' || made.kind === 'waits') this.#first ??= tip;
    return made;
  }

  /** A block by a miner who takes nothing below this rate. @returns the block */
  mine(minimumFeeRate: bigint): Uint8Array {
    this.chain.mine(1, Uint8Array.from([0x51]), { minimumFeeRate });
    return serializeBlock(this.chain.tip().block);
  }

  /** Acts and mines until the transaction is in a block or `confirmBy` has passed. @returns what it did at each tip */
  async run(confirmBy: number, minimum: (tip: number) => bigint): Promise<readonly Publication[]> {
    const done: Publication[] = [];
    while (!this.confirmed && this.height < confirmBy) {
      done.push(await this.act(confirmBy));
      this.mine(minimum(this.height));
    }
    return done;
  }
}
