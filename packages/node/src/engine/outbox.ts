import type { ChannelEvent, Recipient, Task } from '@prometheus-compute/protocol';
import type { OutboxEntry } from '../ports/store.ts';
import type { PeerId } from '../ports/transport.ts';
import { decodeSnapshot } from '../snapshot/snapshot.ts';
import { isOwnName, peerOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Channels } from './channels.ts';
import type { Directory } from './directory.ts';
import type { EnginePorts } from './engine-ports.ts';
import { asError } from './errors.ts';
import type { TaskRunner } from './extensions.ts';
import type { Notify } from './notice.ts';
import { envelopeOf, isEnvelopeOf } from './sealing.ts';
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
  /** Answers whether the event of a task has had its effect; false: the task is to be run again. */
  readonly feed: (id: string, event: ChannelEvent, completes: number) => Promise<boolean>;
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
    const { channels, queue, notify } = this.#host;
    const record = channels.get(entry.channel);
    if (record === undefined) return;
    queue.background(
      () => (entry.kind === 'message' ? this.#send(record, entry) : this.#run(record, entry)),
      (error) => {
        if (queue.closed) return;
        this.#failed.push(entry);
        notify({ kind: 'outbox-failed', record, error });
      },
    );
  }

  /** Tries again what failed, as far as it still matters. */
  retry(): void {
    for (const entry of this.#failed.splice(0)) this.dispatch(entry);
  }

  async #send(record: ChannelRecord, entry: OutboxEntry): Promise<void> {
    const { queue, ports } = this.#host;
    const taken = (await this.#hand(record, entry)) || (await this.#isVain(record, entry));
    if (queue.closed) return;
    if (taken) await ports.store.finish(entry.sequence);
    else this.#failed.push(entry);
  }

  /** Whether the receiver has taken a message. */
  async #hand(record: ChannelRecord, { to, payload }: OutboxEntry): Promise<boolean> {
    const { ports, directory, receive } = this.#host;
    const recipient = to as Recipient;
    const own = isOwnName(record, recipient);
    const peer = own ? ports.transport.self : peerOf(record, recipient, directory);
    if (peer === undefined) return false;
    const bytes = await envelopeOf(payload, ports.blobs);
    return own ? receive(peer, bytes) : ports.transport.send(peer, bytes);
  }

  /** Nobody waits any more for what a closed channel could not hand on, but for what frees stakes and bond before t4. */
  async #isVain({ state }: ChannelRecord, { payload }: OutboxEntry): Promise<boolean> {
    if (state.name !== 'closed') return false;
    if (state.how === 'abandoned' || !isEnvelopeOf(payload, 'releaseSignatures')) return true;
    const { commitmentHeight, agreement } = state.before;
    const { height } = await this.#host.ports.chain.tip();
    return commitmentHeight === null || height >= commitmentHeight + agreement.parameters.t4;
  }

  async #run(record: ChannelRecord, entry: OutboxEntry): Promise<void> {
    const { queue, runTask, ports, feed, notify } = this.#host;
    const task = decodeSnapshot(entry.payload) as unknown as Task;
    if (isMoot(record, task)) {
      await ports.store.finish(entry.sequence);
      return;
    }
    let event: ChannelEvent | null;
    try {
      event = await runTask(record, task);
    } catch (cause) {
      if (queue.closed) return;
      this.#failed.push(entry);
      notify({ kind: 'task-failed', record, task: task.kind, error: asError(cause) });
      return;
    }
    if (queue.closed) return;
    if (event === null) await ports.store.finish(entry.sequence);
    else if (!(await feed(record.id, event, entry.sequence)) && !queue.closed) this.#failed.push(entry);
  }
}

/** A setup that was given up needs nothing more done for it but to see to its coins. */
function isMoot({ state }: ChannelRecord, { kind }: Task): boolean {
  return state.name === 'closed' && state.how === 'abandoned' && kind !== 'release' && kind !== 'respend';
}
