import { type ChannelEvent, CodedError, type Recipient, type Task } from '@prometheus-compute/protocol';
import type { OutboxEntry } from '../ports/store.ts';
import type { PeerId } from '../ports/transport.ts';
import { decodeSnapshot } from '../snapshot/snapshot.ts';
import { peerOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Channels } from './channels.ts';
import type { Directory } from './directory.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { TaskRunner } from './extensions.ts';
import type { Notify } from './notice.ts';
import type { SerialQueue } from './serial-queue.ts';

/** What an outbox needs of the engine that it serves. */
export interface OutboxHost {
  readonly ports: EnginePorts;
  readonly queue: SerialQueue;
  readonly channels: Channels;
  readonly directory: Directory;
  readonly notify: Notify;
  readonly runTask: TaskRunner;
  /** Bytes that the node sends to itself. */
  readonly receive: (from: PeerId, bytes: Uint8Array) => Promise<boolean>;
  readonly feed: (id: string, event: ChannelEvent, completes: number) => Promise<unknown>;
}

/**
 * Does what commits have recorded: sends messages until their receiver has taken them, and runs tasks to their event.
 * What did not work stays recorded and is tried again.
 */
export class Outbox {
  readonly #host: OutboxHost;
  readonly #failed: OutboxEntry[] = [];

  constructor(host: OutboxHost) {
    this.#host = host;
  }

  dispatch(entry: OutboxEntry): void {
    const { channels, queue } = this.#host;
    const record = channels.get(entry.channel);
    if (record === undefined) return;
    void queue.track(() => (entry.kind === 'message' ? this.#send(record, entry) : this.#run(record, entry)));
  }

  /** Tries again what failed, as far as it still matters. */
  async retry(): Promise<void> {
    const { channels, ports } = this.#host;
    for (const entry of this.#failed.splice(0)) {
      const closed = channels.get(entry.channel)?.state.name === 'closed';
      if (closed && entry.kind === 'message') await ports.store.finish(entry.sequence);
      else this.dispatch(entry);
    }
  }

  async #send(record: ChannelRecord, entry: OutboxEntry): Promise<void> {
    const { ports, directory, queue, receive } = this.#host;
    const to = entry.to as Recipient;
    const peer = peerOf(record, to, directory);
    const taken =
      to === record.role
        ? await receive(ports.transport.self, entry.payload)
        : peer !== undefined && (await ports.transport.send(peer, entry.payload));
    if (queue.closed) return;
    if (taken) await ports.store.finish(entry.sequence);
    else this.#failed.push(entry);
  }

  async #run(record: ChannelRecord, entry: OutboxEntry): Promise<void> {
    const { queue, runTask, ports, feed, notify } = this.#host;
    const task = decodeSnapshot(entry.payload) as unknown as Task;
    if (isMoot(record, task)) {
      await ports.store.finish(entry.sequence);
      return;
    }
    try {
      const event = await runTask(record, task);
      if (queue.closed) return;
      if (event === null) await ports.store.finish(entry.sequence);
      else await feed(record.id, event, entry.sequence);
    } catch (cause) {
      if (queue.closed) return;
      this.#failed.push(entry);
      const error = cause instanceof Error ? cause : new CodedError('task-failed', String(cause));
      notify({ kind: 'task-failed', record, task: task.kind, error });
    }
  }
}

/** A setup that was given up needs nothing more done for it but to see to its coins. */
function isMoot({ state }: ChannelRecord, { kind }: Task): boolean {
  return state.name === 'closed' && state.how === 'abandoned' && kind !== 'release' && kind !== 'respend';
}
