import type { Stream } from '@libp2p/interface';
import type { PeerId } from '../ports/transport.ts';
import { NetError } from './errors.ts';
import { frameHead, TAKEN } from './frame.ts';
import { Inflow } from './inflow.ts';
import type { NetLimits } from './limits.ts';

/** Bytes that are handed to a stream at once; it says when it wants more. */
const PIECE = 65_536;

/** An envelope on its way out. */
interface Parcel {
  readonly bytes: Uint8Array;
  readonly resolve: (taken: boolean) => void;
}

/** What goes to one peer. */
interface Lane {
  readonly parcels: Parcel[];
  waitingBytes: number;
  underway: number;
}

/** What sending needs of the transport. */
interface SendingHost {
  readonly limits: NetLimits;
  /** A stream to the peer by the protocol of envelopes; rejects when there is no way to it now. */
  readonly open: (peer: PeerId, signal: AbortSignal) => Promise<Stream>;
  /** Ends everything that is on its way. */
  readonly closing: AbortSignal;
}

/**
 * Sends envelopes. Each peer has a lane of its own, so that a slow one holds up nobody else, and only so much waits in it. What
 * cannot be sent is not kept: whoever needs it to arrive sends it again.
 */
export class Sending {
  readonly #host: SendingHost;
  readonly #lanes = new Map<PeerId, Lane>();
  #waitingBytes = 0;

  constructor(host: SendingHost) {
    this.#host = host;
  }

  /** Bytes that wait for their turn now. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * @param bytes - copied, so that they arrive as they are now
   * @returns whether the peer has taken them
   */
  send(peer: PeerId, bytes: Uint8Array): Promise<boolean> {
    const { limits, closing } = this.#host;
    const lane = this.#lanes.get(peer) ?? { parcels: [], waitingBytes: 0, underway: 0 };
    // Peers that take nothing may fill most of it, and not what others need.
    const most = lane.waitingBytes === 0 ? limits.waitingBytes : (limits.waitingBytes * 3) / 4;
    const isFull =
      lane.waitingBytes + bytes.length > limits.waitingBytesPerPeer ||
      this.#waitingBytes + bytes.length > most;
    if (closing.aborted || isFull) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#lanes.set(peer, lane);
    lane.parcels.push({ bytes: bytes.slice(), resolve });
    this.#count(lane, bytes.length);
    this.#go(peer, lane);
    return promise;
  }

  /** Gives up what waits for a peer: it cannot be reached now. */
  drop(peer: PeerId): void {
    const lane = this.#lanes.get(peer);
    for (const { bytes, resolve } of lane?.parcels.splice(0) ?? []) {
      this.#count(lane!, -bytes.length);
      resolve(false);
    }
  }

  /** Gives up everything that waits. */
  dropAll(): void {
    for (const peer of this.#lanes.keys()) this.drop(peer);
  }

  #count(lane: Lane, bytes: number): void {
    lane.waitingBytes += bytes;
    this.#waitingBytes += bytes;
  }

  #go(peer: PeerId, lane: Lane): void {
    while (lane.underway < this.#host.limits.sendsPerPeer) {
      const parcel = lane.parcels.shift();
      if (parcel === undefined) break;
      lane.underway += 1;
      void this.#hand(peer, parcel.bytes).then((taken) => {
        lane.underway -= 1;
        this.#count(lane, -parcel.bytes.length);
        parcel.resolve(taken);
        this.#go(peer, lane);
      });
    }
    if (lane.underway === 0) this.#lanes.delete(peer);
  }

  /** Never rejects: what was not sent is sent again by whoever wants it to arrive. */
  async #hand(peer: PeerId, bytes: Uint8Array): Promise<boolean> {
    const { limits, closing, open } = this.#host;
    const patience = limits.frameTimeout + Math.ceil(bytes.length / limits.slowestBytesPerSecond) * 1_000;
    let stream: Stream | undefined;
    try {
      stream = await open(peer, AbortSignal.any([closing, AbortSignal.timeout(limits.dialTimeout)]));
      const answer = new Uint8Array(1);
      const answered = withDeadline(stream, patience + limits.answerTimeout, new Inflow(stream).fill(answer));
      const written = write(stream, bytes, AbortSignal.any([closing, AbortSignal.timeout(patience)]));
      // A peer that has no room for an envelope says so before it has come whole.
      const isWhole = await Promise.race([written.then(() => true), answered.then(() => false)]);
      await answered;
      if (isWhole) await stream.close();
      else stream.abort(new NetError('frame-gone', 'the peer has answered'));
      await written.catch(() => {});
      return answer[0] === TAKEN;
    } catch (cause) {
      stream?.abort(cause instanceof Error ? cause : new Error(String(cause)));
      return false;
    }
  }
}

/** Writes a frame piece by piece, as fast as the peer takes it. */
async function write(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  if (!stream.send(frameHead(bytes.length))) await stream.onDrain({ signal });
  for (let at = 0; at < bytes.length; at += PIECE) {
    signal.throwIfAborted();
    if (!stream.send(bytes.subarray(at, at + PIECE))) await stream.onDrain({ signal });
  }
}

async function withDeadline(stream: Stream, milliseconds: number, answered: Promise<void>): Promise<void> {
  const timer = setTimeout(() => stream.abort(new NetError('frame-slow', 'no answer came')), milliseconds);
  try {
    await answered;
  } finally {
    clearTimeout(timer);
  }
}
