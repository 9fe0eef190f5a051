import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Devchain, parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { encodeParameters, opReturnScript, type Parameters, type Txid } from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import type { NodePolicy, TaskProgress } from '../engine/tasks/context.ts';
import type { DutyNotice } from '../engine/watcher.ts';
import { MemoryNetwork } from '../net/memory-transport.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Executor } from '../ports/executor.ts';
import type { Payment } from '../ports/wallet.ts';
import { announce, type OwnOffer, publishOffer } from '../roles/arbiter.ts';
import { createParty, type LocalParty, type PartySurroundings } from './party.ts';

/** Blocks before a coinbase may be spent. */
const MATURITY = 100;
/** Turns of the event loop without anything to do that count as quiet. */
const CALM_TURNS = 3;
/** Turns to spin before waiting a little: chunks that run in other processes need the cores. */
const SPIN_TURNS = 200;

/** How a network in one process is made. */
export interface LocalNetworkOptions {
  readonly dataFolder: string;
  readonly executor: Executor;
  readonly policy: NodePolicy;
  readonly parameters: Parameters;
  /** Offers of arbiters on the chain, one arbiter each. */
  readonly arbiters: number;
  /** Coins that each party of C, W, V gets, in satoshis. */
  readonly funds: {
    readonly client: readonly bigint[];
    readonly worker: readonly bigint[];
    readonly verifier: readonly bigint[];
  };
  readonly entropy?: Entropy;
  readonly signal?: AbortSignal;
  readonly onProgress?: (party: LocalParty, progress: TaskProgress) => void;
  readonly onDuty?: (party: LocalParty, notice: DutyNotice) => void;
  readonly onStep?: (what: 'chain' | 'funding' | 'offers', message: string) => void;
}

/**
 * A whole network in one process, on a real embedded chain: Client, Worker, Verifier and arbiters, each with its own
 * wallet, keys, database and transport endpoint. Blocks are mined when everybody has done what there is to do.
 */
export class LocalNetwork {
  readonly chain: Devchain;
  readonly client: LocalParty;
  readonly worker: LocalParty;
  readonly verifier: LocalParty;
  readonly arbiters: readonly LocalParty[];
  readonly #network: MemoryNetwork;
  readonly #faucet: LocalParty;
  readonly #signal: AbortSignal | undefined;
  #offers: readonly { readonly party: LocalParty; readonly offer: OwnOffer }[] = [];
  #parametersTxid: Txid | undefined;

  private constructor(options: LocalNetworkOptions) {
    this.chain = new Devchain();
    this.#network = new MemoryNetwork();
    this.#signal = options.signal;
    const surroundings: PartySurroundings = {
      chain: this.chain,
      network: this.#network,
      executor: options.executor,
      entropy: options.entropy ?? ((length) => new Uint8Array(randomBytes(length))),
      policy: options.policy,
      dataFolder: options.dataFolder,
      onProgress: options.onProgress ?? (() => {}),
      onDuty: options.onDuty ?? (() => {}),
    };
    this.client = createParty('client', 'client', surroundings);
    this.worker = createParty('worker', 'worker', surroundings);
    this.verifier = createParty('verifier', 'verifier', surroundings);
    this.#faucet = createParty('miner', 'client', surroundings);
    this.arbiters = Array.from({ length: options.arbiters }, (_, i) =>
      createParty(`arbiter-${i + 1}`, 'arbiter', surroundings),
    );
  }

  /** Everybody funded, T_P on the chain, every arbiter's offer old enough to count. */
  static async start(options: LocalNetworkOptions): Promise<LocalNetwork> {
    const network = new LocalNetwork(options);
    try {
      await network.#prepare(options);
      return network;
    } catch (cause) {
      await network.close();
      throw cause;
    }
  }

  /** Txid of the T_P that this network uses. */
  get parametersTxid(): Txid {
    if (this.#parametersTxid === undefined)
      throw new EngineError('parameters-unknown', 'T_P is not published yet');
    return this.#parametersTxid;
  }

  get parties(): readonly LocalParty[] {
    return [this.client, this.worker, this.verifier, ...this.arbiters];
  }

  get height(): number {
    return this.chain.tip().height;
  }

  /** Mines blocks one by one, and lets everybody react to each. */
  async mine(count = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.chain.mine(1, this.#faucet.wallet.freshScript());
      await this.#everybodyFollows();
      await this.settle();
    }
  }

  /**
   * Waits until nobody has anything left to do before the next block.
   * @throws EngineError `interrupted`
   */
  async settle(): Promise<void> {
    let calm = 0;
    for (let turn = 0; calm < CALM_TURNS; turn++) {
      if (this.#signal?.aborted === true) {
        throw new EngineError('interrupted', 'the job was interrupted', { remedy: 'Run the command again.' });
      }
      await (turn < SPIN_TURNS ? new Promise((resolve) => setImmediate(resolve)) : delay(2));
      const busy = this.#network.underway > 0 || this.parties.some(({ node }) => node.engine.busy > 0);
      calm = busy ? 0 : calm + 1;
    }
  }

  /** Takes a party off the network: its messages are lost from here on, and it sees no blocks. */
  async disconnect(party: LocalParty): Promise<void> {
    this.#offline.add(party);
    await party.node.close();
  }

  readonly #offline = new Set<LocalParty>();

  async close(): Promise<void> {
    for (const party of [...this.parties, this.#faucet]) {
      if (!this.#offline.has(party)) await party.node.close();
    }
  }

  async #everybodyFollows(): Promise<void> {
    for (const party of [...this.parties, this.#faucet])
      if (!this.#offline.has(party)) await party.node.onBlock();
  }

  async #prepare(options: LocalNetworkOptions): Promise<void> {
    const { parameters, funds, onStep } = options;
    onStep?.('chain', `mining ${MATURITY + 1} blocks, so that the first reward can be spent`);
    this.chain.mine(MATURITY + 1, this.#faucet.wallet.freshScript());
    await this.#everybodyFollows();

    onStep?.('funding', 'paying every party its first coins');
    const coin = (party: LocalParty, amount: bigint): Payment => ({
      amount,
      script: party.wallet.freshScript(),
    });
    const payments: Payment[] = [
      ...funds.client.map((amount) => coin(this.client, amount)),
      ...funds.worker.map((amount) => coin(this.worker, amount)),
      ...funds.verifier.map((amount) => coin(this.verifier, amount)),
      ...this.arbiters.map((party) => coin(party, parameters.a + OFFER_COST)),
      { amount: 0n, script: opReturnScript(encodeParameters(parameters)) },
    ];
    const bytes = this.#faucet.wallet.pay(payments, RELAY_FEE_RATE);
    const verdict = this.chain.submitTransaction(bytes);
    if (verdict.kind !== 'accepted')
      throw new EngineError('chain-refused', 'the chain does not take the first payments');
    await this.mine();
    this.#parametersTxid = transactionId(parseTransaction(bytes));

    onStep?.(
      'offers',
      `${this.arbiters.length} arbiters offer their stakes, which count after ${options.policy.minimumOfferAge} blocks`,
    );
    const offers: { party: LocalParty; offer: OwnOffer }[] = [];
    for (const party of this.arbiters) {
      offers.push({ party, offer: await publishOffer(party.node, this.#parametersTxid) });
    }
    this.#offers = offers;
    await this.mine(options.policy.minimumOfferAge + 1);
    for (const { party, offer } of this.#offers) announce(party.node, offer);
    await this.settle();
  }
}

/** Satoshis that an arbiter needs besides its stake to publish the offer. */
const OFFER_COST = 10_000n;
