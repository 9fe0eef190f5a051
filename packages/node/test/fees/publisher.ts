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
  bip86Secret,
  type ChannelState,
  type Coin,
  type Graph,
  type GraphTransaction,
  type Hash32,
  type Party,
  type SecretScalar,
  type SignatureSet,
  schnorrSign,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import type { EnginePorts } from '../../src/engine/engine-ports.ts';
import { type Publication, publish } from '../../src/engine/publish.ts';
import type { FeePolicy } from '../../src/engine/tasks/context.ts';
import type { Chain } from '../../src/ports/chain.ts';
import { createLocalWallet } from '../../src/wallet/local-wallet.ts';

export { requireCovered, stageVsize, worstCaseFee } from '../../src/engine/fees/worst-case.ts';
export type { FeePolicy, Publication };

/** BIP39's best known words: the wallet whose first script the reserve pays. */
const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const account = WalletAccount.fromSeed(seedFromMnemonic(WORDS), ADDRESS_NETWORKS.regtest);
/** Satoshis per 1000 vB that Core relays from. */
const RELAY_RATE = 100n;
const NO_RANDOMNESS = new Uint8Array(32);

/** A chain on which a transaction of a graph is valid in the next block. */
export interface ReadyChain {
  /** Serialised, from height 1. */
  readonly blocks: readonly Uint8Array[];
  readonly graph: Graph;
  /** Every signature of the graph, completed with h_p where W completes it. */
  readonly signatures: SignatureSet;
  /** Confirmed, of the first script of the wallet. */
  readonly reserve: Coin;
  /** A party's transaction secret. */
  readonly secretOf: (party: Party) => SecretScalar;
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
  readonly #signatures: SignatureSet;
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
    const { graph, signatures, reserve } = ready;
    this.graph = graph;
    const contract = { ...graph.terms.contract, confirmationBlocks: window };
    this.#scheduled = { ...graph, terms: { ...graph.terms, contract } };
    this.transaction = transactionOf(graph, id);
    this.#self = self;
    this.#policy = policy;
    this.#signatures = signatures;
    this.reserve = reserve;
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
    const secret = ready.secretOf(self);
    const signer = {
      signTransaction: (_: unknown, hash: Hash32) => schnorrSign(hash, secret, NO_RANDOMNESS),
      signPayout: (_: unknown, hash: Hash32) => schnorrSign(hash, bip86Secret(secret), NO_RANDOMNESS),
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
    const [graph, first, to] = [this.#scheduled, this.#first, this.#to];
    const order = { record, graph, duty, tip, first, reserve, to, beforeShowing: async () => {} };
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
