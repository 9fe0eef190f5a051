/**
 * Cuts a stream of bytes into lines, holding no more of an unfinished one than `limit` bytes.
 */
export class LineCutter {
  readonly #limit: number;
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @returns the lines that are complete now, without their ends; undefined once a line is longer than the limit
   */
  push(bytes: Uint8Array): readonly string[] | undefined {
    const lines: string[] = [];
    let rest = bytes;
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      if (this.#size + end > this.#limit) return undefined;
      lines.push(Buffer.concat([...this.#parts, rest.subarray(0, end)]).toString('utf8'));
      this.#parts.length = 0;
      this.#size = 0;
      rest = rest.subarray(end + 1);
    }
    if (this.#size + rest.length > this.#limit) return undefined;
    if (rest.length > 0) this.#parts.push(rest);
    this.#size += rest.length;
    return lines;
  }
}
