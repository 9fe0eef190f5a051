import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Devchain, parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import type { Parameters, Txid } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import type { EnginePorts } from '../engine/engine-ports.ts';
import { EngineError } from '../engine/errors.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import type { DutyNotice } from '../engine/publisher.ts';
import type { NodePolicy, TaskProgress } from '../engine/tasks/context.ts';
import { MemoryNetwork } from '../net/memory-transport.ts';
import type { NodeRole } from '../node/node.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Executor } from '../ports/executor.ts';
import type { PeerId } from '../ports/transport.ts';
import { announce, type OwnOffer, publishOffer } from '../roles/arbiter.ts';
import { firstPayments } from './first-payments.ts';
import {
  createParty,
  type LocalParty,
  type PartySeed,
  type PartySurroundings,
  type SeededParty,
} from './party.ts';

/** Blocks before a coinbase may be spent. */
const MATURITY = 100;
/** Turns of the event loop without anything to do that count as quiet. */
const CALM_TURNS = 3;
/** Turns to spin before waiting a little: chunks that run in other processes need the cores. */
const SPIN_TURNS = 200;

/** Decides in which order things happen that take time. */
interface TurnTaking {
  /** Calls a function in a later turn of the event loop, after everything that came before it. */
  later(happen: () => void): void;
  /** Whether nothing waits for its turn. */
  readonly idle: boolean;
}

/** How a network in one process is made. */
export interface LocalNetworkOptions {
  readonly dataFolder: string;
  /** A development chain that somebody else knows, too; by default a fresh one. */
  readonly chain?: Devchain;
  readonly executor: Executor<ChunkOutcome>;
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
  /** Workers besides the first, with the same coins. */
  readonly moreWorkers?: readonly PeerId[];
  /** Random bytes of each party; by default those of the operating system. */
  readonly entropy?: (party: PeerId) => Entropy;
  readonly signal?: AbortSignal;
  /** Puts adapters of its own around those of a party, to watch or to change what goes through them. */
  readonly ports?: (party: PeerId, ports: EnginePorts) => EnginePorts;
  /** What one party runs chunks with, and decides for itself, where it differs from the others. */
  readonly executors?: (party: PeerId, executor: Executor<ChunkOutcome>) => Executor<ChunkOutcome>;
  readonly policies?: (party: PeerId, policy: NodePolicy) => NodePolicy;
  /** Whose turn it is; by default messages arrive as the event loop comes to them. */
  readonly turns?: TurnTaking;
  /**
   * Makes one block, which the chain must have when it is done; by default with everything that pays. Blocks of another node, which the
   * parties reach by `ports`, are handed on to the chain.
   */
  readonly miner?: (chain: Devchain, reward: Uint8Array) => void | Promise<void>;
  readonly onProgress?: (party: LocalParty, progress: TaskProgress) => void;
  readonly onDuty?: (party: LocalParty, notice: DutyNotice) => void;
  readonly onStep?: (what: 'chain' | 'funding' | 'offers', message: string) => void;
}

/** Seed of every party of this process, for those that come back. */
interface Member {
  readonly seeded: SeededParty;
  readonly online: boolean;
  /** Resolves when its process is gone: nothing that it had begun ends any more. */
  readonly gone: PromiseWithResolvers<void>;
}

/**
 * A whole network in one process, on a real embedded chain: Client, Worker, Verifier and arbiters, each with its own
 * wallet, keys, database and transport endpoint. Blocks are mined when everybody has done what there is to do.
 */
export class LocalNetwork {
  readonly chain: Devchain;
  readonly #network: MemoryNetwork;
  readonly #faucet: LocalParty;
  /** Script that every block pays. */
  readonly #reward: Uint8Array;
  readonly #surroundings: PartySurroundings;
  readonly #members = new Map<PeerId, Member>();
  readonly #signal: AbortSignal | undefined;
  readonly #turns: TurnTaking | undefined;
  readonly #miner: NonNullable<LocalNetworkOptions['miner']>;
  #offers: readonly { readonly arbiter: PeerId; readonly offer: OwnOffer }[] = [];
  #parametersTxid: Txid | undefined;

  private constructor(options: LocalNetworkOptions) {
    this.chain = options.chain ?? new Devchain();
    const { turns } = options;
    this.#turns = turns;
    this.#network = new MemoryNetwork(turns && ((deliver) => turns.later(deliver)));
    this.#signal = options.signal;
    this.#miner = options.miner ?? ((chain, reward) => void chain.mine(1, reward));
    this.#surroundings = {
      chain: this.chain,
      network: this.#network,
      executor: options.executor,
      entropy: options.entropy ?? (() => (length) => new Uint8Array(randomBytes(length))),
      policy: options.policy,
      dataFolder: options.dataFolder,
      ports: options.ports ?? ((_, ports) => ports),
      executors: options.executors ?? ((_, executor) => executor),
      policies: options.policies ?? ((_, policy) => policy),
      onProgress: options.onProgress ?? (() => {}),
      onDuty: options.onDuty ?? (() => {}),
    };
    for (const role of ['client', 'worker', 'verifier'] as const) this.#join(role, role);
    for (const name of options.moreWorkers ?? []) this.#join(name, 'worker');
    for (let i = 1; i <= options.arbiters; i++) this.#join(`arbiter-${i}`, 'arbiter');
    this.#faucet = createParty('miner', 'client', this.#surroundings).party;
    this.#reward = this.#faucet.wallet.freshScript();
  }

  #join(name: PeerId, role: NodeRole, seed?: PartySeed): LocalParty {
    const seeded = createParty(name, role, this.#surroundings, seed);
    this.#members.set(name, { seeded, online: true, gone: Promise.withResolvers() });
    return seeded.party;
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

  /** Whoever this network has, on line or not. */
  get parties(): readonly LocalParty[] {
    return [...this.#members.values()].map(({ seeded }) => seeded.party);
  }

  get client(): LocalParty {
    return this.#party('client');
  }

  get worker(): LocalParty {
    return this.#party('worker');
  }

  get verifier(): LocalParty {
    return this.#party('verifier');
  }

  get arbiters(): readonly LocalParty[] {
    return this.parties.filter(({ role }) => role === 'arbiter');
  }

  #party(name: PeerId): LocalParty {
    return this.#members.get(name)!.seeded.party;
  }

  get #online(): readonly LocalParty[] {
    return [...this.#members.values()].filter(({ online }) => online).map(({ seeded }) => seeded.party);
  }

  get height(): number {
    return this.chain.tip().height;
  }

  /** Mines blocks one by one, and lets everybody react to each. */
  async mine(count = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.#miner(this.chain, this.#reward);
      await this.nudge();
    }
  }

  /** Everybody looks at the chain and tries again what has failed, as when peers come back: no block is mined. */
  async nudge(): Promise<void> {
    await this.#everybodyFollows();
    await this.settle();
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
      const underway = this.#network.underway > 0 || this.#turns?.idle === false;
      const busy = underway || this.#online.some(({ node }) => node.busy > 0);
      calm = busy ? 0 : calm + 1;
    }
  }

  /** Ends a party's process: its messages are lost from here on, and it sees no blocks. What it stored stays. */
  async stop(party: LocalParty): Promise<void> {
    const member = this.#members.get(party.name)!;
    if (!member.online) return;
    this.#members.set(party.name, { ...member, online: false });
    await party.node.close();
  }

  /** A party's process is gone, as by a power cut: nobody waits for it, and nothing is closed. What it stored stays. */
  lose(party: PeerId): void {
    const member = this.#members.get(party)!;
    this.#members.set(party, { ...member, online: false });
    member.gone.resolve();
  }

  /** Starts a stopped party again from its seed and its folder; it catches up with chain and peers. */
  async restart(party: LocalParty): Promise<LocalParty> {
    const again = this.#join(party.name, party.role, this.#members.get(party.name)!.seeded);
    await this.#unlessGone(again, async () => {
      await again.node.resume();
      await again.node.onBlock();
    });
    // Whoever comes back has forgotten who answers for which offer, and its peers whether it is there.
    await this.#announceOffers();
    await this.settle();
    return again;
  }

  async close(): Promise<void> {
    for (const party of [...this.#online, this.#faucet]) await party.node.close();
  }

  async #everybodyFollows(): Promise<void> {
    for (const party of this.#online) await this.#unlessGone(party, () => party.node.onBlock());
    await this.#faucet.node.onBlock();
  }

  /** Waits for what a party does, as long as it is there. */
  async #unlessGone({ name }: LocalParty, work: () => Promise<void>): Promise<void> {
    const { online, gone } = this.#members.get(name)!;
    if (online) await Promise.race([work(), gone.promise]);
  }

  async #announceOffers(): Promise<void> {
    for (const { arbiter, offer } of this.#offers) {
      const party = this.#party(arbiter);
      await this.#unlessGone(party, () => announce(party.node, offer));
    }
  }

  async #prepare(options: LocalNetworkOptions): Promise<void> {
    const { onStep } = options;
    onStep?.('chain', `mining ${MATURITY + 1} blocks, so that the first reward can be spent`);
    for (let i = 0; i <= MATURITY; i++) await this.#miner(this.chain, this.#reward);
    await this.#everybodyFollows();

    onStep?.('funding', 'paying every party its first coins');
    const payments = firstPayments(this.parties, options);
    const bytes = this.#faucet.wallet.pay(payments, RELAY_FEE_RATE);
    const verdict = await this.#faucet.node.ports.chain.submit(bytes);
    if (verdict.kind !== 'accepted')
      throw new EngineError('chain-refused', 'the chain does not take the first payments');
    await this.mine();
    this.#parametersTxid = transactionId(parseTransaction(bytes));

    onStep?.(
      'offers',
      `${this.arbiters.length} arbiters offer their stakes, which count after ${options.policy.minimumOfferAge} blocks`,
    );
    const offers: { arbiter: PeerId; offer: OwnOffer }[] = [];
    for (const { name, node } of this.arbiters) {
      offers.push({ arbiter: name, offer: await publishOffer(node, this.#parametersTxid) });
    }
    this.#offers = offers;
    await this.mine(options.policy.minimumOfferAge + 1);
    await this.#announceOffers();
    await this.settle();
  }
}
