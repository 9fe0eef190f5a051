import { type Duty, duties, type Graph, type Txid, transactionOf, utf8 } from '@prometheus-compute/protocol';
import type { ChainBlock } from '../ports/chain.ts';
import { ChainFollower } from './chain-follower.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Engine } from './engine.ts';
import { asError, EngineError } from './errors.ts';
import { FeeReserves, type ParsedBlock, type Reserve } from './fees/reserves.ts';
import { confirmedIn, graphInState, isFinal, knows } from './on-chain.ts';
import { freePledge } from './pledge.ts';
import { type PaidChild, type Publication, publish, reveals } from './publish.ts';
import { Published } from './published.ts';
import { abandonedStep, respend } from './respend.ts';
import type { FeePolicy } from './tasks/context.ts';
import { WatchList } from './watch-list.ts';

/** What the watcher did about a duty. */
export interface DutyNotice {
  readonly record: ChannelRecord;
  readonly duty: Duty;
  readonly txid: Txid;
  readonly did: Publication['kind'];
  /** The child that went with it, with what it pays. */
  readonly child: PaidChild | null;
  /** Why not, unless it was handed to the chain or waits there and pays enough. */
  readonly refused: string | undefined;
}

/** A duty of this tip. */
interface Due {
  readonly duty: Duty;
  /** Tip at which its transaction was handed to the chain first; null: never. */
  readonly first: number | null;
  /** Whether its transaction shows h_p. */
  readonly shows: boolean;
}

const HALTED_KEY = 'watcher:halted';

/**
 * Follows the chain apart from the channels' engine: turns blocks, reorganisations and heights into events, and
 * publishes what each channel's party must publish, at every block again and with a rising fee, until it is confirmed.
 */
export class Watcher {
  readonly #engine: Engine;
  readonly #policy: FeePolicy;
  readonly #follower: ChainFollower;
  readonly #reserves: FeeReserves;
  readonly #published: Published;
  readonly #list = new WatchList();
  readonly #onDuty: (notice: DutyNotice) => void;
  readonly #onBlock: (block: ChainBlock) => void;
  readonly #onRewind: (height: number) => void;
  /** The last piece of publishing of each channel: one after another. */
  readonly #work = new Map<string, Promise<void>>();
  /** At which tip something was last tried, by channel and transaction, and whether that was enough. */
  readonly #tried = new Map<string, { readonly tip: number; readonly enough: boolean }>();
  /** Tips at which coins of abandoned setups were first seen spent. */
  readonly #respent = new Map<string, number>();
  readonly #late = new Set<string>();
  #started = false;
  #halted = false;
  /** Duties belong to the newest tip: nothing is published while older blocks are being read. */
  #following = false;

  /**
   * @param options.onBlock - sees every block of the active chain once, in order
   * @param options.onRewind - told the height to which a reorganisation took the chain back
   */
  constructor(
    engine: Engine,
    options: {
      readonly policy: FeePolicy;
      readonly onDuty: (notice: DutyNotice) => void;
      readonly onBlock: (block: ChainBlock) => void;
      readonly onRewind: (height: number) => void;
    },
  ) {
    this.#engine = engine;
    this.#policy = options.policy;
    this.#onDuty = options.onDuty;
    this.#onBlock = options.onBlock;
    this.#onRewind = options.onRewind;
    this.#reserves = new FeeReserves(engine.ports);
    this.#published = new Published(engine.ports);
    this.#follower = new ChainFollower(engine.ports, {
      connect: (block) => this.#connect(block),
      disconnect: (height) => this.#disconnect(height),
      tooDeep: (depth, height) => this.#halt(depth, height),
    });
    engine.watch((notice) => {
      if (notice.kind !== 'moved' || this.#following) return;
      const { record } = notice;
      engine.background(
        () => this.#publish(record.id),
        (error) => this.#publishFailed(record, error),
      );
    });
  }

  /** Whether nothing is published, since a reorganisation was too deep. */
  get halted(): boolean {
    return this.#halted;
  }

  /** What a channel has left for fees; undefined when it has none, or none any more. */
  reserveOf(record: ChannelRecord): Reserve | undefined {
    return this.#reserves.of(record);
  }

  /** Catches up with the chain's tip. Call it whenever the chain may have changed. */
  async follow(): Promise<void> {
    this.#following = true;
    try {
      if (!this.#started) await this.#start();
      const height = await this.#follower.follow();
      // After the blocks: what they confirm comes before a deadline that they pass.
      for (const record of this.#engine.records) {
        if (record.state.tip !== height && !this.#isFinal(record, height))
          await this.#engine.feed(record.id, { kind: 'tip', height });
      }
    } finally {
      this.#following = false;
    }
    for (const record of this.#engine.records) {
      await this.#publish(record.id).catch((cause: unknown) => this.#publishFailed(record, asError(cause)));
    }
  }

  /** The operator has looked at a reorganisation that was too deep: publishing goes on. */
  async resumePublishing(): Promise<void> {
    this.#halted = false;
    await this.#engine.ports.store.deleteRecord(HALTED_KEY);
    await this.follow();
  }

  /** One channel's trouble: the others go on, and its next move or block tries again. */
  #publishFailed(record: ChannelRecord, error: Error): void {
    this.#engine.notify({ kind: 'publish-failed', record, error });
  }

  /** After a restart: what the stored states hold for confirmed may have left the chain while this node was away. */
  async #start(): Promise<void> {
    const { chain, store } = this.#engine.ports;
    this.#halted = (await store.record(HALTED_KEY)) !== undefined;
    await this.#reserves.load(this.#engine.records);
    for (const record of this.#engine.records) {
      const graph = graphInState(record.state);
      for (const { transaction, height } of confirmedIn(record.state)) {
        if (graph === undefined) continue;
        const found = await chain.transaction(transactionOf(graph, transaction).txid);
        if (found?.height !== height)
          await this.#engine.feed(record.id, { kind: 'unconfirmed', transaction });
      }
    }
    this.#started = true;
  }

  async #connect(block: ParsedBlock): Promise<void> {
    const { height, hash: blockHash } = block;
    this.#list.update(this.#engine.records);
    // The first transaction is the coinbase.
    for (const { txid, bytes } of block.parsed.slice(1)) {
      for (const { id, transaction } of this.#list.watching(txid)) {
        const record = this.#engine.records.find((candidate) => candidate.id === id);
        if (record !== undefined && knows(record.state, transaction, height)) continue;
        await this.#engine.feed(id, { kind: 'confirmed', transaction, height, blockHash, bytes });
      }
    }
    this.#onBlock(block);
    this.#reserves.connect(block, this.#engine.records);
  }

  async #disconnect(height: number): Promise<void> {
    for (const record of this.#engine.records) {
      for (const confirmed of confirmedIn(record.state)) {
        const { transaction } = confirmed;
        if (confirmed.height !== height) continue;
        await this.#published.noteAgain(record, transaction, height - 1);
        await this.#engine.feed(record.id, { kind: 'unconfirmed', transaction });
      }
    }
    for (const [id, spent] of this.#respent) if (spent >= height) this.#respent.delete(id);
    // Another block of the same height is another tip.
    this.#tried.clear();
    this.#reserves.disconnectAbove(height - 1);
    this.#onRewind(height - 1);
  }

  async #halt(depth: number, height: number): Promise<void> {
    this.#halted = true;
    await this.#engine.ports.store.putRecord(HALTED_KEY, utf8(`${depth}`));
    this.#engine.notify({ kind: 'reorganisation-too-deep', depth, height });
  }

  #isFinal(record: ChannelRecord, tip: number): boolean {
    return isFinal(record.state, tip, this.#respent.get(record.id));
  }

  /** Publishes what a channel has to publish at this tip, after what is being published for it. */
  #publish(id: string): Promise<void> {
    const before = this.#work.get(id) ?? Promise.resolve();
    const work = before.catch(() => {}).then(() => this.#publishNow(id));
    this.#work.set(id, work);
    return work;
  }

  async #publishNow(id: string): Promise<void> {
    const record = this.#engine.records.find((candidate) => candidate.id === id);
    const tip = this.#follower.height;
    if (record === undefined || this.#engine.closed) return;
    if (this.#isFinal(record, tip)) {
      await this.#reserves.release(record);
      await freePledge(record, this.#engine.ports.store);
      return;
    }
    if (this.#halted) return;
    if (abandonedStep(record.state) !== undefined) return this.#respend(record, tip);
    const graph = graphInState(record.state);
    if (graph === undefined) return;
    for (const due of await this.#dueAt(record, graph, tip)) {
      const enough = await this.#fulfil(record, graph, due, tip).catch((cause: unknown) => {
        this.#publishFailed(record, asError(cause));
        return false;
      });
      if (enough) return;
    }
  }

  /**
   * What is due at this tip, most wanted first: the next one is tried where the chain takes none of those before it. What
   * has left the node stays due after `until`. And where h_p was shown already, nothing else comes in its way.
   */
  async #dueAt(record: ChannelRecord, graph: Graph, tip: number): Promise<readonly Due[]> {
    const due: Due[] = [];
    for (const duty of duties(record.state)) {
      if (tip < duty.from) continue;
      const first = await this.#published.firstTip(record, duty.transaction, tip);
      const shows = reveals(record, graph, duty.transaction);
      if (first !== null || duty.until === null || tip <= duty.until) due.push({ duty, first, shows });
    }
    const shown = due.filter(({ first, shows }) => shows && first !== null);
    if (shown.length === 0) return due;
    return [...shown, ...due.filter(({ first, shows }) => shows && first === null)];
  }

  /** @returns whether a transaction is on its way, so that nothing else need be tried at this tip */
  async #fulfil(record: ChannelRecord, graph: Graph, { duty, first }: Due, tip: number): Promise<boolean> {
    const key = `${record.id}/${duty.transaction}`;
    const tried = this.#tried.get(key);
    if (tried?.tip === tip) return tried.enough;
    const { ports } = this.#engine;
    // The chain may be ahead of what was followed: h_p is not shown for the first time past its time.
    const ahead = Math.max(tip, (await ports.chain.tip()).height);
    if (first === null && duty.until !== null && ahead > duty.until) return false;
    const to = this.#published.scriptFor(record, duty.transaction);
    const order = { record, graph, duty, tip, first, reserve: this.#reserves.of(record), to };
    const made = await publish(order, ports, this.#policy);
    if (made === undefined) return false;
    const enough = made.kind !== 'refused' && made.kind !== 'withheld';
    this.#tried.set(key, { tip, enough });
    if (enough) await this.#published.note(record, duty.transaction, tip);
    this.#onDuty({
      record,
      duty,
      txid: transactionOf(graph, duty.transaction).txid,
      did: made.kind,
      child: made.kind === 'handed' ? made.child : null,
      refused: 'reason' in made ? made.reason : undefined,
    });
    this.#warnWhenLate(record, duty, tip);
    return enough;
  }

  /** What the reserve could not bring into a block in time: the operator is told once. */
  #warnWhenLate(record: ChannelRecord, duty: Duty, tip: number): void {
    const name = `${record.id}/${duty.transaction}`;
    if (duty.confirmBy === null || tip < duty.confirmBy || this.#late.has(name)) return;
    this.#late.add(name);
    this.#engine.notify({ kind: 'not-confirmed-in-time', record, duty });
  }

  async #respend(record: ChannelRecord, tip: number): Promise<void> {
    const key = `${record.id}/respend`;
    const step = abandonedStep(record.state);
    if (step === undefined || this.#tried.get(key)?.tip === tip || this.#respent.has(record.id)) return;
    const first = (await this.#published.firstTip(record, 'respend', tip)) ?? tip;
    const to = this.#published.scriptFor(record, 'respend');
    const made = await respend({ step, tip, first, to }, this.#engine.ports, this.#policy);
    this.#tried.set(key, { tip, enough: true });
    if (made.kind === 'handed') await this.#published.note(record, 'respend', tip);
    if (made.kind === 'spent') this.#respent.set(record.id, tip);
    if (made.kind === 'refused')
      this.#publishFailed(
        record,
        new EngineError('chain-refused', `the coins of an abandoned setup: ${made.reason}`, {
          rule: 'T §Setup 5',
        }),
      );
  }
}
