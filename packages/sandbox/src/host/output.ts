/** Standard output of a run: keeps what the program writes in pieces and joins them once. */
export class OutputBuffer {
  readonly #limit: number;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** @param limit - bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Appends a copy. Gives false, and keeps nothing of it, when the limit would be passed. */
  append(bytes: Uint8Array): boolean {
    if (this.#length + bytes.length > this.#limit) return false;
    let offset = 0;
    while (offset < bytes.length) {
      const used = this.#length % PIECE;
      if (used === 0) this.#pieces.push(new Uint8Array(PIECE));
      const taken = bytes.subarray(offset, offset + PIECE - used);
      this.#pieces.at(-1)!.set(taken, used);
      offset += taken.length;
      this.#length += taken.length;
    }
    return true;
  }

  /** Everything written so far. */
  join(): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.#length);
    let offset = 0;
    for (const piece of this.#pieces) {
      joined.set(piece.subarray(0, this.#length - offset), offset);
      offset += piece.length;
    }
    return joined;
  }
}

/** Bytes of a piece: a program that writes byte by byte costs one allocation in 64 Ki. */
const PIECE = 64 * 1024;
