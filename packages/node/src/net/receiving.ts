import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Stream } from '@libp2p/interface';
import type { PeerId, Receive } from '../ports/transport.ts';
import type { Conduct } from './conduct.ts';
import { NetError } from './errors.ts';
import { checkFrameStart, frameLength, LENGTH_BYTES, NOT_YET, startLength, TAKEN } from './frame.ts';
import { Inflow } from './inflow.ts';
import type { NetLimits } from './limits.ts';
import { type GiveBack, MemoryBudget } from './memory-budget.ts';
import type { Offence } from './notice.ts';
import { TokenBucket } from './token-bucket.ts';

/** Envelopes that wait for memory: each holds one window of the multiplexer meanwhile. */
const MAX_WAITING = 64;
/** Peers whose rates are remembered after they have gone. */
const MAX_PEERS = 1_000;

/** What one peer sends now, and how fast. */
interface Sender {
  readonly envelopes: TokenBucket;
  readonly bytes: TokenBucket;
  readonly memory: MemoryBudget;
  /** Envelopes that are being taken in or handled, also where the sender does not wait any more. */
  streams: number;
  /** Streams that the peer keeps open. */
  open: number;
}

/** What receiving needs of the transport. */
interface ReceivingHost {
  readonly limits: NetLimits;
  readonly conduct: Conduct;
  readonly receive: Receive;
  /** A peer has been banned: nothing more is to be had with it. */
  readonly cutOff: (peer: PeerId) => void;
  readonly failed: (what: string, error: unknown) => void;
  /** Milliseconds on a clock that does not go back. */
  readonly now: () => number;
  /** Ends everything that waits. */
  readonly closing: AbortSignal;
}

/**
 * Takes in envelopes of other nodes. What a peer sends costs it more than this node: it waits where it is fast, is cut off where
 * it is slow, and everything that is held in memory was counted before.
 */
export class Receiving {
  readonly #host: ReceivingHost;
  readonly #senders = new Map<PeerId, Sender>();
  readonly #strangers: MemoryBudget;
  readonly #partners: MemoryBudget;
  /** Places of envelopes of strangers that are handled. */
  readonly #handled: MemoryBudget;

  constructor(host: ReceivingHost) {
    const {
      receivingBytesStrangers,
      receivingBytesPartners,
      handledOfStrangers,
      connections,
      streamsPerPeer,
    } = host.limits;
    this.#host = host;
    this.#strangers = new MemoryBudget(receivingBytesStrangers, MAX_WAITING);
    this.#partners = new MemoryBudget(receivingBytesPartners, MAX_WAITING);
    this.#handled = new MemoryBudget(handledOfStrangers, connections * streamsPerPeer);
  }

  /** Bytes of envelopes that are held now. */
  get held(): number {
    return this.#strangers.held + this.#partners.held;
  }

  /** A stream by which a peer sends one envelope. Never rejects. */
  async accept(stream: Stream, { remotePeer }: Pick<Connection, 'remotePeer'>): Promise<void> {
    const peer = remotePeer.toString();
    const sender = this.#sender(peer);
    const { streamsPerPeer } = this.#host.limits;
    sender.open += 1;
    stream.addEventListener('close', () => {
      sender.open -= 1;
    });
    if (sender.streams >= streamsPerPeer) {
      // Where the peer has given up waiting and sends again, this node is slow, and nobody is to blame.
      if (sender.open > streamsPerPeer)
        this.#hold(peer, 'flood', `more than ${streamsPerPeer} envelopes at once`);
      stream.abort(new NetError('frame-malformed', 'too many envelopes at once'));
      return;
    }
    sender.streams += 1;
    try {
      await this.#takeIn(stream, peer, sender);
    } catch (cause) {
      stream.abort(cause instanceof Error ? cause : new NetError('frame-gone', 'the envelope was not taken'));
      this.#blame(peer, cause);
    } finally {
      sender.streams -= 1;
    }
  }

  async #takeIn(stream: Stream, peer: PeerId, sender: Sender): Promise<void> {
    const { limits, closing, conduct } = this.#host;
    const inflow = new Inflow(stream);
    await this.#pause(sender.envelopes.take(1));
    const head = new Uint8Array(LENGTH_BYTES);
    await this.#before(stream, limits.frameTimeout, inflow.fill(head));
    const length = frameLength(head);
    const start = new Uint8Array(startLength(length));
    await this.#before(stream, limits.frameTimeout, inflow.fill(start));
    checkFrameStart(length, start);
    await this.#pause(sender.bytes.take(length));

    const pool = conduct.isPartner(peer) ? this.#partners : this.#strangers;
    const held: (GiveBack | undefined)[] = [];
    try {
      for (const budget of [sender.memory, pool]) {
        held.push(await budget.take(length, closing));
        if (held.at(-1) === undefined) return await answer(stream, NOT_YET);
      }
      const bytes = new Uint8Array(length);
      bytes.set(start);
      const rest = bytes.subarray(start.length);
      const patience = limits.frameTimeout + Math.ceil(length / limits.slowestBytesPerSecond) * 1_000;
      if (rest.length > 0) await this.#before(stream, patience, inflow.fill(rest));
      if (inflow.hasMore) throw new NetError('frame-malformed', 'more bytes come than the frame announces');
      await answer(stream, (await this.#handle(peer, bytes)) ? TAKEN : NOT_YET);
    } finally {
      for (const giveBack of held) giveBack?.();
    }
  }

  /** Has the node do what an envelope asks for: in its turn, where a stranger sends it. */
  async #handle(peer: PeerId, bytes: Uint8Array): Promise<boolean> {
    const { conduct, receive, closing } = this.#host;
    if (conduct.isPartner(peer)) return receive(peer, bytes);
    const done = await this.#handled.take(1, closing);
    if (done === undefined) return false;
    try {
      return await receive(peer, bytes);
    } finally {
      done();
    }
  }

  /** Cuts a stream off when what is awaited from it has not come in time. */
  async #before(stream: Stream, milliseconds: number, filled: Promise<void>): Promise<void> {
    const timer = setTimeout(() => {
      stream.abort(new NetError('frame-slow', 'the envelope did not come in time'));
    }, milliseconds);
    try {
      await filled;
    } finally {
      clearTimeout(timer);
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await delay(milliseconds, undefined, { signal: this.#host.closing });
  }

  #blame(peer: PeerId, cause: unknown): void {
    if (this.#host.closing.aborted) return;
    if (!(cause instanceof NetError)) {
      this.#host.failed('receiving', cause);
      return;
    }
    const offence = offenceOf(cause);
    if (offence !== undefined) this.#hold(peer, offence, cause.message);
  }

  #hold(peer: PeerId, offence: Offence, evidence: string): void {
    if (this.#host.conduct.hold(peer, offence, evidence)) this.#host.cutOff(peer);
  }

  #sender(peer: PeerId): Sender {
    const { limits, now } = this.#host;
    const sender = this.#senders.get(peer) ?? {
      envelopes: new TokenBucket(limits.envelopesPerSecond, limits.envelopesAtOnce, now),
      bytes: new TokenBucket(limits.bytesPerSecond, limits.bytesAtOnce, now),
      memory: new MemoryBudget(limits.receivingBytesPerPeer, limits.streamsPerPeer),
      streams: 0,
      open: 0,
    };
    this.#senders.delete(peer);
    this.#senders.set(peer, sender);
    if (this.#senders.size > MAX_PEERS) {
      const idle = [...this.#senders].find(([, { streams }]) => streams === 0)?.[0];
      if (idle !== undefined) this.#senders.delete(idle);
    }
    return sender;
  }
}

async function answer(stream: Stream, byte: number): Promise<void> {
  try {
    stream.send(new Uint8Array([byte]));
    await stream.close();
  } catch {
    // Whoever does not wait for the answer sends the envelope again.
    stream.abort(new NetError('frame-gone', 'nobody waits for the answer'));
  }
}

/** What is held against a peer whose frame came to nothing: a connection that broke is nobody's fault. */
function offenceOf({ code, cause }: NetError): Offence | undefined {
  if (code === 'frame-oversized') return 'oversized';
  if (code === 'frame-malformed') return 'malformed';
  const reason = cause instanceof NetError ? cause.code : code;
  return reason === 'frame-slow' ? 'slow' : undefined;
}
