import {
  type ChannelContext,
  type ChannelEvent,
  type ChannelFault,
  type ChannelMessage,
  CodedError,
  type Envelope,
  encodeEnvelope,
  type MessageOf,
  type Outgoing,
  openEnvelope,
  openingHash,
  type Recipient,
  type SchnorrVerify,
  type Step,
  sealedHash,
  sealMessage,
  type Task,
  toHex,
  transition,
} from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Chain } from '../ports/chain.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Signer } from '../ports/signer.ts';
import type { OutboxEntry, OutboxItem, Store } from '../ports/store.ts';
import type { PeerId, Transport } from '../ports/transport.ts';
import type { NodeWallet } from '../ports/wallet.ts';
import { decodeSnapshot, encodeSnapshot } from '../store/snapshot.ts';
import { introducedPeers, namesOf, peerOf, senderOf } from './addressing.ts';
import { type ChannelRecord, decodeRecord, encodeRecord } from './channel-record.ts';
import { Directory } from './directory.ts';

/** Envelopes that wait for a channel or a step to come; more are dropped, oldest first. */
const MAX_WAITING = 2_000;

/** Everything outside the process's own logic that an engine uses. */
export interface EnginePorts {
  readonly chain: Chain;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly signer: Signer;
  readonly wallet: NodeWallet;
  readonly transport: Transport;
  readonly entropy: Entropy;
  readonly verify: SchnorrVerify;
}

/** What a node tells whoever watches it. Nothing in it is secret. */
export type EngineNotice =
  | { readonly kind: 'moved'; readonly record: ChannelRecord; readonly event: ChannelEvent['kind'] }
  | { readonly kind: 'ignored'; readonly record: ChannelRecord; readonly fault: ChannelFault }
  | {
      readonly kind: 'task-failed';
      readonly record: ChannelRecord;
      readonly task: Task['kind'];
      readonly error: Error;
    }
  | { readonly kind: 'refused-envelope'; readonly from: PeerId; readonly reason: string };

/**
 * What a role makes of a message that belongs to no channel yet. `open`: a channel begins with this step. `answered`:
 * it was refused, and the sender told. `not-mine`: this node has no such role, or cannot tell yet.
 */
export type Greeting =
  | { readonly kind: 'open'; readonly record: Omit<ChannelRecord, 'state'>; readonly step: Step }
  | { readonly kind: 'answered' }
  | { readonly kind: 'not-mine' };

/** How a node answers what belongs to no channel yet. */
export interface Greeter {
  greet(message: MessageOf<'terms'> | MessageOf<'acceptanceRequest'>, from: PeerId): Promise<Greeting>;
}

/** Serves and receives content by hash; it is no business of the channel's state. */
export interface PayloadService {
  onFetch(record: ChannelRecord, message: MessageOf<'fetch'>, from: PeerId): Promise<void>;
  onBlob(message: MessageOf<'blob'>, from: PeerId): Promise<void>;
}

/** Runs a task to the event that it ends in; null when it ends without one. Rejects to be run again later. */
export type TaskRunner = (record: ChannelRecord, task: Task) => Promise<ChannelEvent | null>;

/** An opened envelope with its way here. */
interface Arrival {
  readonly peer: PeerId;
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;
  readonly message: ChannelMessage;
}

/**
 * The one way through: event → transition → one commit of state and outbox → only then are messages sent and tasks
 * started. Events of a node are handled one after another; tasks run beside them.
 */
export class Engine {
  readonly directory = new Directory();
  readonly ports: EnginePorts;
  readonly #context: ChannelContext;
  readonly #records = new Map<string, ChannelRecord>();
  readonly #watchers: ((notice: EngineNotice) => void)[] = [];
  readonly #failed: OutboxEntry[] = [];
  #waiting: Arrival[] = [];
  #deferred: { readonly id: string; readonly event: ChannelEvent; readonly completes: number | undefined }[] =
    [];
  #queue: Promise<void> = Promise.resolve();
  #busy = 0;
  #closed = false;
  greeter: Greeter | undefined;
  payload: PayloadService | undefined;
  runTask: TaskRunner | undefined;

  constructor(ports: EnginePorts, policy: ChannelContext['policy']) {
    this.ports = ports;
    this.#context = { verify: ports.verify, policy };
    ports.transport.listen((from, bytes) => this.#enqueue(() => this.#receive(from, bytes)));
  }

  /** Work queued or running in this node. */
  get busy(): number {
    return this.#busy;
  }

  get records(): readonly ChannelRecord[] {
    return [...this.#records.values()];
  }

  watch(listener: (notice: EngineNotice) => void): void {
    this.#watchers.push(listener);
  }

  /** Takes up every channel of the store again, and whatever its outbox still holds. */
  async resume(): Promise<void> {
    for (const { channel, state } of await this.ports.store.channels()) {
      this.#records.set(channel, decodeRecord(state));
    }
    for (const entry of await this.ports.store.pending()) this.#dispatch(entry);
  }

  /** Opens a channel with its first step; the id must be new, since the channel's keys hang on it. */
  async open(record: Omit<ChannelRecord, 'state'>, step: Step): Promise<void> {
    await this.#enqueue(() => this.#begin(record, step));
  }

  async #begin(record: Omit<ChannelRecord, 'state'>, step: Step): Promise<void> {
    if (step.kind !== 'moved' || this.#records.has(record.id)) return;
    const { state } = step;
    const tip = state.name === 'closed' || state.name === 'setup' ? state.tip : 0;
    await this.#commit({ ...record, state }, { kind: 'tip', height: tip }, step, undefined);
    await this.#retryWaiting();
  }

  /** Whether a channel of this id exists: its keys must not be used for another one. */
  knows(id: string): boolean {
    return this.#records.has(id);
  }

  /** Feeds an event of this node's own (chain, timers) to a channel. */
  async feed(id: string, event: ChannelEvent): Promise<void> {
    await this.#enqueue(() => this.#feed(id, event, undefined));
  }

  /** Runs failed tasks again; the chain watcher calls it at every block. */
  retryTasks(): void {
    for (const entry of this.#failed.splice(0)) this.#dispatch(entry);
  }

  /** Counts work that runs beside the queue as this node's, so that whoever waits for quiet waits for it too. */
  async track<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.ports.transport.close();
    await this.#queue;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#busy += 1;
    const run = this.#queue.then(async () => {
      try {
        if (!this.#closed) await work();
      } finally {
        this.#busy -= 1;
      }
    });
    // One failed event must not block the following ones; its caller sees the failure.
    this.#queue = run.catch(() => {});
    return run;
  }

  async #receive(from: PeerId, bytes: Uint8Array): Promise<void> {
    try {
      const { envelope, message } = openEnvelope(bytes, this.ports.verify);
      this.directory.saw(envelope.from, from);
      if (message.kind === 'announcement') this.directory.announce(message, from, this.ports.verify);
      else await this.#place({ peer: from, bytes, envelope, message });
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      this.#notify({ kind: 'refused-envelope', from, reason: cause.message });
    }
  }

  /** To its channel, to the greeter, or among those that wait for one of them. */
  async #place(arrival: Arrival): Promise<void> {
    if (await this.#route(arrival)) return;
    const { message, peer } = arrival;
    if ((message.kind === 'terms' || message.kind === 'acceptanceRequest') && this.greeter !== undefined) {
      const greeting = await this.greeter.greet(message, peer);
      if (greeting.kind === 'open') await this.#begin(greeting.record, greeting.step);
      if (greeting.kind !== 'not-mine') return;
    }
    this.#waiting.push(arrival);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Hands a message to the channel that it names and whose party sent it. Answers false when there is none yet. */
  async #route({ peer, bytes, envelope, message }: Arrival): Promise<boolean> {
    const channel = toHex(message.channel);
    for (const record of this.#records.values()) {
      if (!namesOf(record).includes(channel)) continue;
      const sender = senderOf(record, message, envelope.from, peer, this.directory);
      if (sender === undefined) continue;
      if (message.kind === 'fetch' || message.kind === 'blob') {
        if (message.kind === 'fetch') await this.payload?.onFetch(record, message, peer);
        else await this.payload?.onBlob(message, peer);
        return true;
      }
      const { body } = envelope;
      const sealed = sealedHash(message.kind, body);
      // What later steps name by hash is stored before the state that names it.
      if (message.kind === 'delivery') await this.ports.blobs.put(sealed, body);
      if (message.kind === 'opening') await this.ports.blobs.put(openingHash(body), body);
      const peers = introducedPeers(message);
      if (peers !== undefined)
        this.#records.set(record.id, { ...record, peers: { ...record.peers, ...peers } });
      const event: ChannelEvent = {
        kind: 'message',
        from: sender,
        message,
        sealed,
        signature: envelope.signature,
        envelope: bytes,
      };
      await this.#feed(record.id, event, undefined);
      return true;
    }
    return false;
  }

  async #feed(id: string, event: ChannelEvent, completes: number | undefined): Promise<void> {
    const record = this.#records.get(id);
    if (record === undefined) return;
    const step = transition(record.state, event, this.#context);
    switch (step.kind) {
      case 'later':
        this.#deferred.push({ id, event, completes });
        if (this.#deferred.length > MAX_WAITING) this.#deferred.shift();
        return;
      case 'ignored':
        this.#notify({ kind: 'ignored', record, fault: step.fault });
        if (completes !== undefined) await this.ports.store.finish(completes);
        return;
      case 'moved':
        await this.#commit({ ...record, state: step.state }, event, step, completes);
        await this.#retryDeferred(id);
        await this.#retryWaiting();
        return;
    }
  }

  async #commit(
    record: ChannelRecord,
    event: ChannelEvent,
    step: Extract<Step, { kind: 'moved' }>,
    completes: number | undefined,
  ): Promise<void> {
    const messages: OutboxItem[] = step.messages.map((outgoing) => this.#seal(record, outgoing));
    const tasks: OutboxItem[] = step.tasks.map((task) => ({
      kind: 'task',
      to: '',
      payload: encodeSnapshot(task),
    }));
    const entries = await this.ports.store.commit({
      channel: record.id,
      event: encodeSnapshot(event),
      state: encodeRecord(record),
      outbox: [...messages, ...tasks],
      completes,
    });
    this.#records.set(record.id, record);
    this.#notify({ kind: 'moved', record, event: event.kind });
    for (const entry of entries) this.#dispatch(entry);
  }

  #seal(record: ChannelRecord, { to, message }: Outgoing): OutboxItem {
    const { signer } = this.ports;
    const envelope = sealMessage(message, signer.messageKey(record.keys), (hash) =>
      signer.signMessage(record.keys, hash),
    );
    return { kind: 'message', to, payload: encodeEnvelope(envelope) };
  }

  #dispatch(entry: OutboxEntry): void {
    const record = this.#records.get(entry.channel);
    if (record === undefined) return;
    if (entry.kind === 'message') void this.#enqueue(() => this.#send(record.id, entry));
    else void this.#run(record, entry);
  }

  async #send(id: string, entry: OutboxEntry): Promise<void> {
    const record = this.#records.get(id)!;
    const to = entry.to as Recipient;
    if (to === record.role) {
      await this.#receive(this.ports.transport.self, entry.payload);
    } else {
      const peer = peerOf(record, to, this.directory);
      if (peer === undefined) {
        this.#failed.push(entry);
        return;
      }
      this.ports.transport.send(peer, entry.payload);
    }
    await this.ports.store.finish(entry.sequence);
  }

  async #run(record: ChannelRecord, entry: OutboxEntry): Promise<void> {
    const task = decodeSnapshot(entry.payload) as unknown as Task;
    this.#busy += 1;
    try {
      const event = await this.runTask?.(record, task);
      if (this.#closed || event === undefined) return;
      if (event === null) await this.ports.store.finish(entry.sequence);
      else await this.#enqueue(() => this.#feed(record.id, event, entry.sequence));
    } catch (cause) {
      if (this.#closed) return;
      this.#failed.push(entry);
      const error = cause instanceof Error ? cause : new CodedError('task-failed', String(cause));
      this.#notify({ kind: 'task-failed', record, task: task.kind, error });
    } finally {
      this.#busy -= 1;
    }
  }

  async #retryDeferred(id: string): Promise<void> {
    const again = this.#deferred.filter((item) => item.id === id);
    this.#deferred = this.#deferred.filter((item) => item.id !== id);
    for (const item of again) await this.#feed(item.id, item.event, item.completes);
  }

  async #retryWaiting(): Promise<void> {
    const again = this.#waiting;
    this.#waiting = [];
    for (const arrival of again) await this.#place(arrival);
  }

  #notify(notice: EngineNotice): void {
    for (const watcher of this.#watchers) watcher(notice);
  }
}
