import { hash } from 'node:crypto';

/**
 * The randomness of a program: block j of the stream is SHA-256(seed ‖ j as u64 little-endian), j = 0, 1, …; the seed
 * is the hash of the chunk, so everybody who runs the chunk draws the same bytes.
 */
export class RandomStream {
  readonly #block: Uint8Array;
  #counter = 0n;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param seed - 32 bytes */
  constructor(seed: Uint8Array) {
    this.#block = new Uint8Array(seed.length + 8);
    this.#block.set(seed);
  }

  /** Writes the next bytes of the stream over `target`. */
  fill(target: Uint8Array): void {
    let offset = 0;
    while (offset < target.length) {
      if (this.#rest.length === 0) this.#rest = this.#next();
      const taken = this.#rest.subarray(0, target.length - offset);
      target.set(taken, offset);
      this.#rest = this.#rest.subarray(taken.length);
      offset += taken.length;
    }
  }

  #next(): Uint8Array {
    new DataView(this.#block.buffer).setBigUint64(this.#block.length - 8, this.#counter, true);
    this.#counter += 1n;
    return hash('sha256', this.#block, 'buffer');
  }
}
