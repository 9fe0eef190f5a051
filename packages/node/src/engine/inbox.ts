import {
  type ChannelEvent,
  type ChannelMessage,
  CodedError,
  type Envelope,
  isGenuine,
  type MessageKind,
  type MessageOf,
  offerOf,
  openBody,
  readEnvelope,
  sealedHash,
  toHex,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import { isPartyKey, namesOf, senderOf } from './addressing.ts';
import { Backlog } from './backlog.ts';
import type { Channels } from './channels.ts';
import type { Directory } from './directory.ts';
import type { EnginePorts } from './engine-ports.ts';
import { EngineError, isOwnTrouble } from './errors.ts';
import type { Extensions } from './extensions.ts';
import type { Notify } from './notice.ts';

/** Envelopes that wait for a channel to come. More are dropped: their senders send them again. */
const WAITING_LIMITS = { bytes: 16 * 1_048_576, ownerBytes: 4 * 1_048_576, ownerItems: 64 };

/** Longest body in bytes that is read from a key that no channel names. */
const STRANGER_BYTES = 65_536;
/** What opens a channel, and what an arbiter sends as soon as it is drawn: their own limits hold for strangers too. */
const LARGE_FROM_STRANGERS: readonly MessageKind[] = ['terms', 'preSignatures'];
/** Kinds that nobody keeps for later: a role answers them at once or not at all, or they are asked for again. */
const NEVER_KEPT: readonly MessageKind[] = ['terms', 'acceptanceRequest', 'fetch', 'blob'];

/** Whether an envelope may come before its channel, or before its channel knows the sender: a post of something small too. */
function mayComeEarly({ kind, body }: Envelope): boolean {
  if (NEVER_KEPT.includes(kind)) return false;
  return kind === 'preSignatures' || body.length <= STRANGER_BYTES;
}

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
  /** By the channel that they name; every peer has a share of its own. */
  readonly #waiting = new Backlog<Arrival>(WAITING_LIMITS);

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
    let opened = false;
    try {
      const envelope = readEnvelope(bytes);
      if (!this.#mayBeRead(envelope)) return false;
      const message = openBody(envelope, this.#ports.verify);
      if (message.kind === 'announcement') this.#requireGenuine(message, envelope);
      opened = true;
      if (message.kind === 'announcement') return await this.#takeAnnouncement(message);
      return await this.#place({ peer: from, bytes, envelope, message });
    } catch (cause) {
      if (!(cause instanceof CodedError) || isOwnTrouble(cause)) throw cause;
      this.#notify({ kind: 'refused-envelope', from, reason: cause.message, opened });
      return true;
    }
  }

  /** Tries again what waits for a channel; called when it has moved or begun, at the chain's tip. */
  async retry(id: string): Promise<void> {
    await this.#channels.retry(id);
    const record = this.#channels.get(id);
    if (record === undefined) return;
    for (const name of namesOf(record)) {
      for (const arrival of this.#waiting.take(name)) await this.#place(arrival);
    }
  }

  /** Who passes an announcement on is nobody here: who answers for the stake, and on which chain, its signature says. */
  #requireGenuine(message: MessageOf<'announcement'>, envelope: Envelope): void {
    const { genesis, verify } = this.#ports;
    if (isGenuine(message, envelope, genesis, verify)) return;
    throw new EngineError('announcement-false', 'an announcement is not by its key, or not for this chain');
  }

  /**
   * Who announces a stake must hold its key: the directory believes nothing about outputs that the chain does not show. Answers
   * whether it is what others should hear too.
   */
  async #takeAnnouncement(message: MessageOf<'announcement'>): Promise<boolean> {
    const seen = await this.#extensions().stakeAt(message.offer);
    if (seen === undefined || offerOf(seen, message.proof) === undefined) return false;
    return this.#directory.announce(message);
  }

  /** Reading a large body takes time and memory: only parties of this node's channels get it. */
  #mayBeRead({ kind, body, from }: Envelope): boolean {
    return (
      body.length <= STRANGER_BYTES ||
      LARGE_FROM_STRANGERS.includes(kind) ||
      this.#channels.all.some((record) => isPartyKey(record, from))
    );
  }

  /** To its channel, to the roles, or among those that wait for one of them. */
  async #place(arrival: Arrival): Promise<boolean> {
    const routed = await this.#route(arrival);
    if (routed !== undefined) return routed;
    const { message, peer, envelope, bytes } = arrival;
    if (message.kind === 'terms' || message.kind === 'acceptanceRequest') {
      const greeting = await this.#extensions().greeter.greet(message, peer);
      if (greeting.kind === 'open') {
        await this.#channels.begin(greeting.record, greeting.step);
        await this.retry(greeting.record.id);
      }
      return greeting.kind !== 'not-mine';
    }
    if (mayComeEarly(envelope)) {
      const key = toHex(envelope.signature);
      const topic = toHex(message.channel);
      this.#waiting.add({ key, topic, owner: peer, bytes: bytes.length, value: arrival });
    }
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
      const effect = await this.#channels.feed(record.id, event, undefined);
      if (effect) await this.retry(record.id);
      return effect;
    }
    return undefined;
  }
}
