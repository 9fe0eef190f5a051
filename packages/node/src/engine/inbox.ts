import {
  type ChannelEvent,
  type ChannelMessage,
  CodedError,
  type Envelope,
  openEnvelope,
  sealedHash,
  toHex,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import { namesOf, senderOf } from './addressing.ts';
import type { Channels } from './channels.ts';
import type { Directory } from './directory.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { Extensions } from './extensions.ts';
import type { Notify } from './notice.ts';

/** Envelopes that wait for a channel to come; more are dropped, oldest first: their senders send them again. */
const MAX_WAITING = 500;

/** An opened envelope with its way here. */
interface Arrival {
  readonly peer: PeerId;
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;
  readonly message: ChannelMessage;
}

/** Opens what arrives and hands it to whom it concerns: a channel, the payload exchange, the roles, the directory. */
export class Inbox {
  readonly #ports: EnginePorts;
  readonly #channels: Channels;
  readonly #directory: Directory;
  readonly #extensions: () => Extensions;
  readonly #notify: Notify;
  #waiting = new Map<string, Arrival>();

  constructor(
    ports: EnginePorts,
    channels: Channels,
    directory: Directory,
    extensions: () => Extensions,
    notify: Notify,
  ) {
    this.#ports = ports;
    this.#channels = channels;
    this.#directory = directory;
    this.#extensions = extensions;
    this.#notify = notify;
  }

  /** Answers whether the envelope has had its effect; a malformed one has none, ever. */
  async receive(from: PeerId, bytes: Uint8Array): Promise<boolean> {
    try {
      const { envelope, message } = openEnvelope(bytes, this.#ports.verify);
      this.#directory.saw(envelope.from, from);
      if (message.kind === 'announcement') {
        this.#directory.announce(message, from, this.#ports.verify);
        return true;
      }
      return await this.#place({ peer: from, bytes, envelope, message });
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      this.#notify({ kind: 'refused-envelope', from, reason: cause.message });
      return true;
    }
  }

  /** Tries again what waits; called when a channel has moved or begun. */
  async retry(): Promise<void> {
    for (const [key, arrival] of [...this.#waiting]) {
      if (this.#waiting.delete(key)) await this.#place(arrival);
    }
  }

  /** To its channel, to the roles, or among those that wait for one of them. */
  async #place(arrival: Arrival): Promise<boolean> {
    const routed = await this.#route(arrival);
    if (routed !== undefined) return routed;
    const { message, peer, envelope } = arrival;
    if (message.kind === 'terms' || message.kind === 'acceptanceRequest') {
      const greeting = await this.#extensions().greeter.greet(message, peer);
      if (greeting.kind === 'open') await this.#channels.begin(greeting.record, greeting.step);
      if (greeting.kind !== 'not-mine') return true;
    }
    this.#waiting.set(toHex(envelope.signature), arrival);
    if (this.#waiting.size > MAX_WAITING) this.#waiting.delete(this.#waiting.keys().next().value!);
    return false;
  }

  /** Hands a message to the channel that it names and whose party sent it; undefined when there is none yet. */
  async #route({ peer, bytes, envelope, message }: Arrival): Promise<boolean | undefined> {
    const channel = toHex(message.channel);
    for (const record of this.#channels.all) {
      if (!namesOf(record).includes(channel)) continue;
      const from = senderOf(record, message, envelope.from, peer, this.#directory);
      if (from === undefined) continue;
      if (message.kind === 'fetch' || message.kind === 'blob') {
        const { payload } = this.#extensions();
        if (message.kind === 'fetch') await payload.onFetch(record, message, peer);
        else await payload.onBlob(message, peer);
        return true;
      }
      const event: ChannelEvent = {
        kind: 'message',
        from,
        message,
        sealed: sealedHash(message.kind, envelope.body),
        signature: envelope.signature,
        envelope: bytes,
      };
      return this.#channels.feed(record.id, event, undefined);
    }
    return undefined;
  }
}
