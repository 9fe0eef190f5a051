import {
  type ChannelContext,
  type ChannelEvent,
  type ChannelState,
  type Step,
  toHex,
  transition,
} from '@prometheus-compute/protocol';
import type { OutboxEntry, OutboxItem } from '../ports/store.ts';
import { encodeSnapshot } from '../snapshot/snapshot.ts';
import { arbiterPeers, introducedPeers } from './addressing.ts';
import { Backlog } from './backlog.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Directory } from './directory.ts';
import { keepDocument } from './documents.ts';
import type { EnginePorts } from './engine-ports.ts';
import { encodeEvent } from './event-log.ts';
import type { Notify } from './notice.ts';
import { sealOutgoing } from './sealing.ts';
import { loadRecord, storedRecord } from './stored-record.ts';

/**
 * Messages of partners that wait for a step to come: the largest that may be early is a posted claim, of 12 MiB. More are
 * dropped: their senders send them again.
 */
const DEFERRED_LIMITS = { bytes: 48 * 1_048_576, ownerBytes: 16 * 1_048_576, ownerItems: 64 };

type MessageEvent = Extract<ChannelEvent, { readonly kind: 'message' }>;

/**
 * The channels of a node, and the one way through each: event → transition → one commit of state and outbox. Only what
 * a commit returned may leave the node.
 */
export class Channels {
  readonly #ports: EnginePorts;
  readonly #context: ChannelContext;
  readonly #directory: Directory;
  readonly #notify: Notify;
  readonly #onCommitted: (entries: readonly OutboxEntry[]) => void;
  readonly #records = new Map<string, ChannelRecord>();
  /** Heights of tips that changed nothing else and are not in the log yet, by channel. */
  readonly #unloggedTips = new Map<string, number>();
  /** By channel; every sender of every channel has a share of its own. */
  readonly #deferred = new Backlog<MessageEvent>(DEFERRED_LIMITS);

  constructor(
    ports: EnginePorts,
    context: ChannelContext,
    directory: Directory,
    notify: Notify,
    onCommitted: (entries: readonly OutboxEntry[]) => void,
  ) {
    this.#ports = ports;
    this.#context = context;
    this.#directory = directory;
    this.#notify = notify;
    this.#onCommitted = onCommitted;
  }

  get all(): readonly ChannelRecord[] {
    return [...this.#records.values()];
  }

  get(id: string): ChannelRecord | undefined {
    return this.#records.get(id);
  }

  async load(): Promise<void> {
    for (const { channel, state } of await this.#ports.store.channels()) {
      this.#records.set(channel, await loadRecord(state, this.#ports.store));
    }
  }

  /** Opens a channel with its first step. Nothing happens when the id is taken. */
  async begin(record: Omit<ChannelRecord, 'state'>, step: Step): Promise<void> {
    if (step.kind !== 'moved' || this.#records.has(record.id)) return;
    const begun: ChannelRecord = { ...record, state: step.state };
    await this.#commit(begun, [encodeSnapshot({ kind: 'begun', state: step.state })], step, undefined);
    this.#notify({ kind: 'moved', record: begun, event: 'begun' });
  }

  /**
   * Feeds an event to a channel. What it made the time come for waits on until {@link retry}.
   *
   * @param completes - the outbox entry of the task that ended in this event
   * @returns whether the event has had its effect; false: it came early and waits
   */
  async feed(id: string, event: ChannelEvent, completes: number | undefined): Promise<boolean> {
    const record = this.#records.get(id);
    if (record === undefined) return false;
    const step = transition(record.state, event, this.#context);
    switch (step.kind) {
      case 'later':
        this.#defer(id, event);
        return false;
      case 'ignored':
        this.#notify({ kind: 'fault', record, fault: step.fault });
        if (completes !== undefined) await this.#ports.store.finish(completes);
        return true;
      case 'moved':
        await this.#move(record, event, step, completes);
        return true;
    }
  }

  /** Feeds again what came to a channel too early, until nothing of it has its effect any more. */
  async retry(id: string): Promise<void> {
    for (let moved = true; moved; ) {
      moved = false;
      for (const event of this.#deferred.take(id)) if (await this.feed(id, event, undefined)) moved = true;
    }
  }

  async #move(
    record: ChannelRecord,
    event: ChannelEvent,
    step: Extract<Step, { kind: 'moved' }>,
    completes: number | undefined,
  ): Promise<void> {
    const introduced = { ...record.peers, ...introducedPeers(record, event) };
    const peers = { ...introduced, ...arbiterPeers(introduced, step.state, this.#directory) };
    const next: ChannelRecord = { ...record, peers, state: step.state };
    if (
      event.kind === 'tip' &&
      step.messages.length + step.tasks.length === 0 &&
      onlyTip(record.state, step.state)
    ) {
      this.#records.set(record.id, next);
      this.#unloggedTips.set(record.id, event.height);
    } else {
      // What later steps name by hash is stored before the state that names it.
      if (event.kind === 'message') await keepDocument(this.#ports.blobs, event.message);
      const tip = this.#unloggedTips.get(record.id);
      const before: readonly ChannelEvent[] = tip === undefined ? [] : [{ kind: 'tip', height: tip }];
      await this.#commit(next, [...before, event].map(encodeEvent), step, completes);
    }
    this.#notify({ kind: 'moved', record: next, event: event.kind });
    if (step.fault !== null) this.#notify({ kind: 'fault', record: next, fault: step.fault });
  }

  async #commit(
    record: ChannelRecord,
    events: readonly Uint8Array[],
    step: Extract<Step, { kind: 'moved' }>,
    completes: number | undefined,
  ): Promise<void> {
    const messages = await sealOutgoing(record, step.messages, this.#ports);
    const tasks: OutboxItem[] = step.tasks.map((task) => ({
      kind: 'task',
      to: '',
      payload: encodeSnapshot(task),
    }));
    const entries = await this.#ports.store.commit({
      channel: record.id,
      events,
      ...storedRecord(this.#records.get(record.id), record),
      outbox: [...messages, ...tasks],
      completes,
    });
    this.#records.set(record.id, record);
    this.#unloggedTips.delete(record.id);
    this.#onCommitted(entries);
  }

  /** Early messages wait; a message that is sent again takes no second place. */
  #defer(id: string, event: ChannelEvent): void {
    if (event.kind !== 'message') return;
    const key = `${id}/${toHex(event.signature)}`;
    // Anybody may write as an offer that was never asked: all offers of a channel share one share.
    const owner = `${id}/${event.from.startsWith('offer:') ? 'offers' : event.from}`;
    this.#deferred.add({ key, topic: id, owner, bytes: event.envelope.length, value: event });
  }
}

/** Whether a step changed nothing but the tip: such steps need no commit of their own. */
function onlyTip(before: ChannelState, after: ChannelState): boolean {
  const old = before as unknown as Readonly<Record<string, unknown>>;
  const entries = Object.entries(after);
  return (
    entries.length === Object.keys(old).length &&
    entries.every(([key, value]) => key === 'tip' || old[key] === value)
  );
}
