import type { ChannelContext, ChannelEvent, Recipient, Step } from '@prometheus-compute/protocol';
import type { OutboxEntry } from '../ports/store.ts';
import type { PeerId } from '../ports/transport.ts';
import { isOwnName, peerOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import { Channels } from './channels.ts';
import { Directory } from './directory.ts';
import type { EnginePorts } from './engine-ports.ts';
import { asError } from './errors.ts';
import type { Extensions } from './extensions.ts';
import { Inbox } from './inbox.ts';
import type { EngineNotice, Notify } from './notice.ts';
import { Outbox } from './outbox.ts';
import { SerialQueue } from './serial-queue.ts';

/** How often a node tries to reach a tip that goes on meanwhile, before what has come must come again. */
const CATCH_UPS = 3;

/**
 * The one way through: event → transition → one commit of state and outbox → only then are messages sent and tasks
 * started. Events of a node are handled one after another; tasks and sending run beside them.
 */
export class Engine {
  readonly ports: EnginePorts;
  readonly #queue = new SerialQueue();
  readonly #directory = new Directory();
  readonly #channels: Channels;
  readonly #inbox: Inbox;
  readonly #extensions: () => Extensions;
  readonly #outbox: Outbox;
  readonly #watchers: Notify[] = [];
  /** What the outbox of an earlier run holds, until all blocks since are there; undefined from then on. */
  #left: readonly OutboxEntry[] | undefined;

  /** @param extensions - made by the node, which needs the engine for it; asked for when first used */
  constructor(ports: EnginePorts, policy: ChannelContext['policy'], extensions: () => Extensions) {
    this.ports = ports;
    this.#extensions = extensions;
    const directory = this.#directory;
    const notify: Notify = (notice) => this.notify(notice);
    this.#channels = new Channels(ports, { verify: ports.verify, policy }, directory, notify, (entries) => {
      for (const entry of entries) this.#outbox.dispatch(entry);
    });
    this.#inbox = new Inbox(ports, this.#channels, directory, extensions, notify);
    this.#outbox = new Outbox({
      ports,
      queue: this.#queue,
      channels: this.#channels,
      directory,
      notify,
      runTask: (record, task) => extensions().runTask(record, task),
      receive: (from, bytes) => this.#receive(from, bytes),
      feed: (id, event, completes) => this.#complete(id, event, completes),
    });
    ports.transport.listen((from, bytes) => this.#receive(from, bytes));
  }

  /** Work queued or running in this node. */
  get busy(): number {
    return this.#queue.busy;
  }

  /** Whether this node's work has ended. */
  get closed(): boolean {
    return this.#queue.closed;
  }

  get records(): readonly ChannelRecord[] {
    return this.#channels.all;
  }

  record(id: string): ChannelRecord | undefined {
    return this.#channels.get(id);
  }

  watch(listener: (notice: EngineNotice) => void): void {
    this.#watchers.push(listener);
  }

  /**
   * Takes up every channel of the store again. Its tip is the one at which an earlier run ended: what counts by the tip at which it
   * comes (M §Post) would count again, so that nothing comes in or ends but blocks, until {@link caughtUp}.
   */
  async resume(): Promise<void> {
    this.#left = [];
    await this.#channels.load();
    this.#left = await this.ports.store.pending();
    if (this.records.length === 0) this.caughtUp();
  }

  /** All blocks up to the chain's tip were fed: messages are taken, and what the outbox of an earlier run holds is done. */
  caughtUp(): void {
    const left = this.#left ?? [];
    this.#left = undefined;
    for (const entry of left) this.#outbox.dispatch(entry);
  }

  /** Opens a channel with its first step; the id must be new, since the channel's keys hang on it. */
  async open(record: Omit<ChannelRecord, 'state'>, step: Step): Promise<void> {
    await this.#queue.run(async () => {
      await this.#channels.begin(record, step);
      await this.#inbox.retry(record.id);
    });
  }

  /** Whether a channel of this id exists: its keys must not be used for another one. */
  knows(id: string): boolean {
    return this.#channels.get(id) !== undefined;
  }

  /** Where these parties of a channel are reached, without this node itself and those of whom nothing is known. */
  peersOf(record: ChannelRecord, parties: readonly Recipient[]): readonly PeerId[] {
    const others = parties.filter((party) => !isOwnName(record, party));
    return others.map((party) => peerOf(record, party, this.#directory)).filter((peer) => peer !== undefined);
  }

  /** Feeds what has happened on the chain to a channel. What came too early waits on until {@link takeEarly}. */
  async feed(id: string, event: ChannelEvent): Promise<void> {
    await this.#queue.run(() => this.#channels.feed(id, event, undefined));
  }

  /** Takes what came before its time, as far as that has come: called when every channel has seen the chain's tip. */
  async takeEarly(): Promise<void> {
    for (const { id } of this.records) await this.#queue.run(() => this.#inbox.retry(id));
  }

  /** Sends and runs again what failed; the node calls it at every block. */
  async retry(): Promise<void> {
    await this.#queue.run(async () => this.#outbox.retry());
  }

  /** Counts work that runs beside the queue as this node's, so that whoever waits for quiet waits for it too. */
  track<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#queue.track(work);
  }

  /** Starts work that nobody waits for; what fails is told to `onFailure`. */
  background(work: () => Promise<unknown>, onFailure: (error: Error) => void): void {
    this.#queue.background(work, onFailure);
  }

  /** Tells whoever watches this engine. */
  notify(notice: EngineNotice): void {
    for (const watcher of this.#watchers) watcher(notice);
  }

  async close(): Promise<void> {
    this.ports.transport.close();
    await this.#queue.close();
  }

  /** Takes the result of a task. Answers whether it has had its effect, or none ever. */
  async #complete(id: string, event: ChannelEvent, completes: number): Promise<boolean> {
    const effect = await this.#atTip(async () => {
      const done = await this.#channels.feed(id, event, completes);
      await this.#inbox.retry(id);
      return done;
    });
    return effect ?? false;
  }

  /**
   * Does work in its turn, and at the chain's tip: by the tip at which it comes counts what comes (M §Post), and a node that
   * has slept catches up first.
   *
   * @returns undefined when the tip was not reached, or this node's work has ended
   */
  async #atTip<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const { watcher } = this.#extensions();
    for (let tries = 1; ; tries++) {
      const done = await this.#queue.run(async () =>
        (await watcher.isCurrent()) ? { result: await work() } : undefined,
      );
      if (done !== undefined || this.closed || tries > CATCH_UPS) return done?.result;
      await this.track(() => watcher.follow());
    }
  }

  async #receive(from: string, bytes: Uint8Array): Promise<boolean> {
    if (this.#left !== undefined) return false;
    try {
      return (await this.#atTip(() => this.#inbox.receive(from, bytes))) ?? false;
    } catch (cause) {
      // This node's own trouble, a full disk for example, and none of the sender's.
      this.notify({ kind: 'receive-failed', from, error: asError(cause) });
      return false;
    }
  }
}
