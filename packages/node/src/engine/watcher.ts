import { equalBytes, type Hash32, transactionOf, utf8 } from '@prometheus-compute/protocol';
import type { ChainBlock } from '../ports/chain.ts';
import { ChainFollower } from './chain-follower.ts';
import type { ChannelRecord } from './channel-record.ts';
import { type ChainReading, type SeenBlock, saveCheckpoint } from './checkpoint.ts';
import type { Engine } from './engine.ts';
import { FeeReserves, type ParsedBlock, type Reserve } from './fees/reserves.ts';
import { confirmedIn, graphInState, knows } from './on-chain.ts';
import { Published } from './published.ts';
import { type DutyNotice, Publisher } from './publisher.ts';
import type { FeePolicy } from './tasks/context.ts';
import { WatchList } from './watch-list.ts';

const HALTED_KEY = 'watcher:halted';
const FROM_THE_FIRST_BLOCK: ChainReading = { start: 0, checkpoint: undefined, wallet: undefined };

/**
 * Follows the chain apart from the channels' engine: turns blocks, reorganisations and heights into events, and has
 * published at every tip what each channel's party must publish.
 */
export class Watcher {
  readonly #engine: Engine;
  readonly #follower: ChainFollower;
  readonly #reserves: FeeReserves;
  readonly #published: Published;
  readonly #publisher: Publisher;
  readonly #list = new WatchList();
  readonly #onBlock: (block: ChainBlock) => void;
  readonly #onRewind: (height: number) => void;
  readonly #reading: ChainReading;
  /** The last piece of following: one after another. */
  #work: Promise<void> = Promise.resolve();
  /** The tip that every channel has seen; undefined while older blocks are being read. */
  #reached: Hash32 | undefined;
  #started = false;
  #halted = false;

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
      readonly reading?: ChainReading | undefined;
    },
  ) {
    this.#engine = engine;
    this.#onBlock = options.onBlock;
    this.#onRewind = options.onRewind;
    this.#reading = options.reading ?? FROM_THE_FIRST_BLOCK;
    this.#reserves = new FeeReserves(engine.ports);
    this.#published = new Published(engine.ports);
    const { start, checkpoint, wallet } = this.#reading;
    const events = {
      connect: (block: ParsedBlock) => this.#connect(block),
      disconnect: (height: number) => this.#disconnect(height),
      tooDeep: (depth: number, height: number) => this.#halt(depth, height),
      reached: async (seen: readonly SeenBlock[]) => {
        if (wallet === undefined || seen.length === 0) return;
        const state = { seen, reserves: this.#reserves.state(), wallet: wallet() };
        await saveCheckpoint(engine.ports.store, state);
      },
    };
    this.#follower = new ChainFollower(engine.ports, events, { start, seen: checkpoint?.seen ?? [] });
    this.#publisher = new Publisher({
      engine,
      policy: options.policy,
      reserves: this.#reserves,
      published: this.#published,
      onDuty: options.onDuty,
      height: () => this.#follower.height,
      isCurrent: () => this.isCurrent(),
      halted: () => this.#halted,
    });
    engine.watch((notice) => {
      // Duties belong to the newest tip: they wait until older blocks have been read.
      if (notice.kind === 'moved' && this.#reached !== undefined)
        void engine.track(() => this.#publisher.publish(notice.record));
    });
  }

  /** Whether nothing is published, since a reorganisation was too deep. */
  get halted(): boolean {
    return this.#halted;
  }

  /** Height of the last block that was taken in. */
  get height(): number {
    return this.#follower.height;
  }

  /** What a channel has left for fees; undefined when it has none, or none any more. */
  reserveOf(record: ChannelRecord): Reserve | undefined {
    return this.#reserves.of(record);
  }

  /**
   * Whether every channel has seen the chain up to its tip, and nothing else: only then counts what comes, ends or is due. A
   * process that slept, or whose backend hung, is behind without having been told.
   */
  async isCurrent(): Promise<boolean> {
    const { hash } = await this.#engine.ports.chain.tip();
    return this.#reached !== undefined && equalBytes(this.#reached, hash);
  }

  /** Catches up with the chain's tip. Call it whenever the chain may have changed. */
  follow(): Promise<void> {
    const work = this.#work.then(() => this.#follow());
    this.#work = work.catch(() => {});
    return work;
  }

  async #follow(): Promise<void> {
    this.#reached = undefined;
    if (!this.#started) await this.#start();
    const height = await this.#follower.follow();
    // After the blocks: what they confirm comes before a deadline that they pass.
    for (const record of this.#engine.records) {
      if (record.state.tip !== height && !this.#publisher.isFinal(record, height))
        await this.#engine.feed(record.id, { kind: 'tip', height });
    }
    this.#reached = this.#follower.hash;
    if (await this.isCurrent()) await this.#engine.takeEarly();
    for (const record of this.#engine.records) await this.#publisher.publish(record);
  }

  /** The operator has looked at a reorganisation that was too deep: publishing goes on. */
  async resumePublishing(): Promise<void> {
    this.#halted = false;
    await this.#engine.ports.store.deleteRecord(HALTED_KEY);
    await this.follow();
  }

  /** After a restart: what the stored states hold for confirmed may have left the chain while this node was away. */
  async #start(): Promise<void> {
    const { chain, store } = this.#engine.ports;
    this.#halted = (await store.record(HALTED_KEY)) !== undefined;
    await this.#reserves.load(this.#engine.records);
    const { checkpoint } = this.#reading;
    if (checkpoint !== undefined) this.#reserves.restore(this.#engine.records, checkpoint.reserves);
    for (const record of this.#engine.records) {
      const graph = graphInState(record.state);
      for (const { transaction, height } of confirmedIn(record.state)) {
        if (graph === undefined) continue;
        const found = await chain.transaction(transactionOf(graph, transaction).txid, height);
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
    this.#publisher.disconnect(height);
    this.#reserves.disconnectAbove(height - 1);
    this.#onRewind(height - 1);
  }

  async #halt(depth: number, height: number): Promise<void> {
    this.#halted = true;
    await this.#engine.ports.store.putRecord(HALTED_KEY, utf8(`${depth}`));
    this.#engine.notify({ kind: 'reorganisation-too-deep', depth, height });
  }
}
