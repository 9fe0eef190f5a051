import type { Stream } from '@libp2p/interface';
import { NetError } from './errors.ts';

/** What {@link Stream} hands over at once: bytes, or a list of several. */
interface Chunk {
  readonly byteLength: number;
  subarray(from: number, to?: number): Uint8Array;
}

/**
 * Reads exactly as many bytes of a stream as are wanted, and takes no more from the connection meanwhile: what is not wanted
 * yet stays with the sender, beyond one window of the multiplexer.
 */
export class Inflow {
  readonly #stream: Stream;
  readonly #left: Uint8Array[] = [];
  #target: Uint8Array | undefined;
  #filled = 0;
  #finish: { readonly resolve: () => void; readonly reject: (error: NetError) => void } | undefined;
  #ended: NetError | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#halt();
    stream.addEventListener('message', ({ data }) => this.#take(data));
    // A frame that closes the stream may still bring bytes: they are handed over before the next turn.
    stream.addEventListener('end', () =>
      queueMicrotask(() => this.#end(new NetError('frame-malformed', 'the stream ended inside of a frame'))),
    );
    stream.addEventListener('close', ({ error }) =>
      this.#end(new NetError('frame-gone', 'the stream was cut off', { cause: error })),
    );
  }

  /** Whether more has come than was wanted. */
  get hasMore(): boolean {
    return this.#left.length > 0;
  }

  /**
   * Fills bytes with what comes next. One call at a time.
   *
   * @throws NetError `frame-malformed` when the sender has ended the stream, `frame-gone` when it was cut off
   */
  async fill(target: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#target = target;
    this.#filled = 0;
    this.#finish = { resolve, reject };
    for (const chunk of this.#left.splice(0)) this.#take(chunk);
    if (this.#finish !== undefined) {
      if (this.#ended !== undefined) this.#fail(this.#ended);
      else if (this.#stream.readStatus === 'paused') this.#stream.resume();
      else if (this.#stream.readStatus !== 'readable') {
        this.#fail(new NetError('frame-malformed', 'the stream ended inside of a frame'));
      }
    }
    return promise;
  }

  #take(chunk: Chunk): void {
    const target = this.#target;
    if (target === undefined) {
      this.#left.push(chunk.subarray(0));
      return;
    }
    const wanted = Math.min(target.length - this.#filled, chunk.byteLength);
    target.set(chunk.subarray(0, wanted), this.#filled);
    this.#filled += wanted;
    if (wanted < chunk.byteLength) this.#left.push(chunk.subarray(wanted));
    if (this.#filled < target.length) return;
    this.#target = undefined;
    this.#halt();
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.resolve();
  }

  #halt(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause();
  }

  #end(error: NetError): void {
    this.#ended ??= error;
    this.#fail(this.#ended);
  }

  #fail(error: NetError): void {
    const finish = this.#finish;
    this.#target = undefined;
    this.#finish = undefined;
    finish?.reject(error);
  }
}
