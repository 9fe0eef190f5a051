import type { Block } from '@prometheus-compute/bitcoin';
import { LocalNetwork, type LocalParty, openBatchChannel, type PeerId } from '@prometheus-compute/node';
import { arbiterIndex, type Party, ROLES, type TransactionId } from '@prometheus-compute/protocol';
import { longerBranch } from '../chain/branch.ts';
import type { Censor } from '../chain/stage-chain.ts';
import { PERFECT_LINKS, Postman } from '../network/postman.ts';
import { Observer } from '../timeline/observer.ts';
import { Timeline } from '../timeline/timeline.ts';
import { Actor, type ActorHost } from './actor.ts';
import { scenarioBatch } from './batch.ts';
import { EntropyStreams } from './entropy.ts';
import { SimulationError } from './errors.ts';
import { GraphNames } from './graph-names.ts';
import type { StageOptions } from './options.ts';
import { portsFor } from './ports.ts';
import { COMMITMENT_FEE } from './terms.ts';
import { Turns } from './turns.ts';

/** Satoshis that C, W and V have besides stakes and reserves: for what a strategy publishes out of turn. */
const SPARE = 100_000n;

/** Client, Worker, Verifier and arbiters with real engines, on a real chain, in a simulated network whose clock are the blocks. */
export class Stage implements ActorHost, AsyncDisposable {
  readonly timeline = new Timeline();
  readonly names = new GraphNames();
  readonly options: StageOptions;
  readonly actors: readonly Actor[];
  /** What miners keep out of their blocks. Undefined: nothing. */
  censors: Censor | undefined;
  readonly #observer: Observer;
  readonly #postman: Postman;
  readonly #offline = new Set<PeerId>();
  readonly #entropy = new EntropyStreams();
  readonly #verified = new Set<string>();
  readonly #turns = new Turns();
  #network: LocalNetwork | undefined;
  #reorganisations = 0;

  private constructor(options: StageOptions) {
    this.options = options;
    this.#observer = new Observer(this.timeline, () => this.height);
    this.#postman = new Postman({
      seed: options.seed,
      // A setup that misses the block of its snapshot is proposed again: bad links are for what comes after it.
      links: () => (this.isCommitted ? (options.links ?? PERFECT_LINKS) : PERFECT_LINKS),
      height: () => this.height,
      onParcel: (parcel) => this.#observer.onParcel(parcel),
    });
    const arbiters = options.court.n + options.spareArbiters;
    const names = [...ROLES, ...Array.from({ length: arbiters }, (_, i) => `arbiter-${i + 1}`)];
    this.actors = names.map((name) => new Actor(name, options.cast[name] ?? [], this));
  }

  /** Everybody funded, T_P on the chain, every arbiter's offer old enough to count. */
  static async set(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    stage.#network = await stage.#start();
    for (const { name, strategies } of stage.actors) {
      for (const { name: strategy, does } of strategies) stage.tell(name, `will be ${strategy}: ${does}`, '');
      stage.#observer.watch(stage.party(name));
    }
    return stage;
  }

  #start(): Promise<LocalNetwork> {
    const { terms, folder, chain, executor, court, spareArbiters, seed, signal, machine } = this.options;
    const reached = chain.reached && this.#turns.chain(chain.reached);
    const { reward, settlementFee, retainer, bond } = terms.offered;
    const owed = reward + settlementFee + BigInt(court.n) * retainer + bond + COMMITMENT_FEE;
    const strategies = (name: PeerId) => this.actors.find((actor) => actor.name === name)?.strategies ?? [];
    return LocalNetwork.start({
      dataFolder: folder,
      executor,
      policy: terms.policy,
      parameters: terms.parameters,
      arbiters: court.n + spareArbiters,
      funds: {
        client: [owed, SPARE],
        worker: [terms.parameters.w, SPARE],
        verifier: [terms.parameters.v, SPARE],
      },
      entropy: (name) => this.#entropy.of(`${seed} ${name}`),
      ...(signal === undefined ? {} : { signal }),
      ports: (name, made) => {
        const ports = reached === undefined ? made : { ...made, chain: reached };
        const actor = this.actors.find((candidate) => candidate.name === name);
        if (actor === undefined) return ports;
        return portsFor(actor, machine?.(name, ports) ?? ports, {
          postman: this.#postman,
          turns: this.#turns,
          verified: this.#verified,
          idOf: (txid) => (this.#network === undefined ? undefined : this.names.idOf(txid, this.actors)),
        });
      },
      executors: (name, real) =>
        strategies(name).reduce((made, { executor: by }) => by?.(made) ?? made, this.#turns.executor(real)),
      turns: this.#turns,
      policies: (name, policy) =>
        Object.assign({ ...policy }, ...strategies(name).map((by) => by.policy ?? {})),
      chain: chain.seen,
      miner: async (_, reward) => {
        await chain.mine(reward, this.censors);
        this.#tellConfirmed(chain.seen.tip().block);
      },
      onDuty: (party, notice) => {
        const { transaction } = notice.duty;
        const keeps = strategies(party.name).find(
          ({ publishes }) => publishes !== undefined && !publishes(transaction, this.actor(party.name)),
        );
        this.#observer.onDuty(party, notice, keeps?.does);
      },
    });
  }

  get network(): LocalNetwork {
    if (this.#network === undefined) throw new SimulationError('out-of-place', 'the stage is not set yet');
    return this.#network;
  }

  get height(): number {
    return this.#network?.height ?? 0;
  }

  /** H0, by whoever knows it. @throws SimulationError `out-of-place` before Tx0 is in a block */
  get commitmentHeight(): number {
    for (const { commitmentHeight } of this.actors)
      if (commitmentHeight !== undefined) return commitmentHeight;
    throw new SimulationError('out-of-place', 'Tx0 is not in a block');
  }

  get isCommitted(): boolean {
    return (
      this.#network !== undefined &&
      this.actors.some(({ commitmentHeight }) => commitmentHeight !== undefined)
    );
  }

  actor(name: PeerId): Actor {
    const actor = this.actors.find((candidate) => candidate.name === name);
    if (actor === undefined) throw new SimulationError('out-of-place', `nobody is called ${name}`);
    return actor;
  }

  party(name: PeerId): LocalParty {
    const party = this.network.parties.find((candidate) => candidate.name === name);
    if (party === undefined) throw new SimulationError('out-of-place', `nobody is called ${name}`);
    return party;
  }

  get client(): Actor {
    return this.actor('client');
  }

  get worker(): Actor {
    return this.actor('worker');
  }

  get verifier(): Actor {
    return this.actor('verifier');
  }

  /** A_1 … A_n, in the order of the draw; those that were not drawn are not among them. */
  get arbiters(): readonly Actor[] {
    const drawn = this.actors.flatMap((actor) => {
      const index = arbiterIndex(actor.self ?? 'client');
      return index === undefined ? [] : [{ actor, index }];
    });
    return drawn.sort((a, b) => a.index - b.index).map(({ actor }) => actor);
  }

  peerOf(party: Party): PeerId {
    const index = arbiterIndex(party);
    if (index === undefined) return party;
    const actor = this.arbiters[index - 1];
    if (actor === undefined) throw new SimulationError('out-of-place', `${party} is not drawn yet`);
    return actor.name;
  }

  send(from: PeerId, to: PeerId, bytes: Uint8Array): Promise<boolean> {
    return this.#postman.sendRaw(from, to, bytes);
  }

  isOnline(name: PeerId): boolean {
    return !this.#offline.has(name);
  }

  /** Everybody who is there and has a channel has seen its end: a settlement, or a setup that was given up. */
  get hasEnded(): boolean {
    return this.actors
      .filter(({ name, recorded }) => this.isOnline(name) && recorded !== undefined)
      .every(({ state }) => state.name === 'closed');
  }

  /** The Client proposes the batch, and everybody does what can be done before the next block. */
  async begin(): Promise<void> {
    const { terms, batch = scenarioBatch } = this.options;
    await openBatchChannel(this.client.party.node, {
      ...batch(),
      batch: 1,
      parametersTxid: this.network.parametersTxid,
      parameters: terms.parameters,
      offered: terms.offered,
      commitmentFee: COMMITMENT_FEE,
      worker: 'worker',
      verifier: 'verifier',
    });
    await this.#react();
  }

  /** Mines blocks one by one; everybody reacts to each. */
  async mine(count = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.network.mine();
      await this.#afterBlock();
    }
  }

  async #afterBlock(): Promise<void> {
    await this.#postman.deliverDue();
    await this.#react();
  }

  /** Mines until the chain has this height. */
  async mineTo(height: number): Promise<void> {
    if (height > this.height) await this.mine(height - this.height);
  }

  /** Mines until it is so. @throws SimulationError `not-reached` after `limit` blocks */
  async mineUntil(wanted: () => boolean, what: string, limit = 400): Promise<void> {
    for (let i = 0; !wanted(); i++) {
      if (i === limit) {
        const states = this.actors.map((actor) => `${actor.name}: ${actor.stateName}`).join(', ');
        throw new SimulationError('not-reached', `${what} did not come in ${limit} blocks (${states})`, {
          evidence: { seed: this.options.seed, height: this.height },
        });
      }
      await this.mine();
    }
  }

  /** The chain from this height on gives way to one that is a block longer, without what miners censor. */
  async reorganise(height: number, why: string): Promise<void> {
    this.tell('chain', `loses its blocks from ${height} on`, why);
    const branch = longerBranch(this.network.chain, height, this.censors, this.#reorganisations++);
    await this.options.chain.moveTo(branch);
    for (const block of branch) this.#tellConfirmed(block);
    await this.network.nudge();
    await this.#afterBlock();
  }

  async stop(name: PeerId, why = ''): Promise<void> {
    if (!this.isOnline(name)) return;
    this.tell(name, 'goes off line', why);
    this.#offline.add(name);
    await this.network.stop(this.party(name));
  }

  async restart(name: PeerId): Promise<void> {
    if (this.isOnline(name)) return;
    this.tell(name, 'comes back', '');
    await this.network.restart(this.party(name));
    this.#offline.delete(name);
    this.#observer.watch(this.party(name));
    await this.#react();
  }

  tell(who: PeerId, what: string, why: string, transaction?: TransactionId): void {
    const txid = transaction && this.names.txidOf(transaction, this.actors);
    this.#observer.tell(who, what, why, txid === undefined ? null : { id: transaction!, txid });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#network?.close();
  }

  /** Strategies act after everybody has done what there is to do, and everybody reacts to them. */
  async #react(): Promise<void> {
    await this.network.settle();
    for (const actor of this.actors) {
      if (!this.isOnline(actor.name)) continue;
      for (const { acts } of actor.strategies) {
        if (acts === undefined) continue;
        await acts(actor);
        await this.network.settle();
      }
    }
  }

  /** What a new block holds, before anybody has seen it. */
  #tellConfirmed({ transactions }: Block): void {
    if (this.#network === undefined) return;
    for (const { txid } of transactions) {
      const id = this.names.idOf(txid, this.actors);
      if (id !== undefined) this.#observer.onConfirmed(id, txid);
    }
  }
}
