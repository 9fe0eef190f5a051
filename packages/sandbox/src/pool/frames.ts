import type { Writable } from 'node:stream';

/**
 * Frames between the pool and its child processes: length of the header (u32 little-endian), length of the body (u32),
 * header as JSON, body as bytes. An own format, because both built-in serialisations of Node's IPC are worse here: JSON
 * copies bytes as text, and V8's must not be fed by a process that ran foreign code.
 */
const PREFIX_BYTES = 8;

/** Bytes of a header: the largest are arguments, where JSON may write six bytes for one. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** One message between two processes. */
export interface Frame {
  readonly header: unknown;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Writes a frame without copying the body, which may come in parts. */
export function writeFrame(stream: Writable, header: object, ...body: readonly Uint8Array[]): void {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(json.length, 0);
  prefix.writeUInt32LE(
    body.reduce((bytes, part) => bytes + part.length, 0),
    4,
  );
  stream.write(prefix);
  stream.write(json);
  for (const part of body) if (part.length > 0) stream.write(part);
}

/** Puts frames together from what a pipe delivers; each byte is copied once. */
export class FrameReader {
  readonly #maxBody: () => number;
  readonly #onFrame: (frame: Frame) => void;
  #parts = [new Uint8Array(PREFIX_BYTES)];
  #part = 0;
  #filled = 0;

  /**
   * @param maxBody - bytes that the body of the next frame may have, asked before they are allocated
   * @param onFrame - called for each complete frame
   */
  constructor(maxBody: () => number, onFrame: (frame: Frame) => void) {
    this.#maxBody = maxBody;
    this.#onFrame = onFrame;
  }

  /** @throws RangeError, SyntaxError when the stream is no sequence of frames */
  push(piece: Uint8Array): void {
    let rest = piece;
    while (rest.length > 0) {
      const target = this.#parts[this.#part]!;
      const taken = rest.subarray(0, target.length - this.#filled);
      target.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
      this.#advance();
    }
  }

  #advance(): void {
    while (this.#filled === this.#parts[this.#part]!.length) {
      if (this.#part === 0) this.#expect(this.#parts[0]!);
      this.#part += 1;
      this.#filled = 0;
      if (this.#part === 3) {
        const [, header, body] = this.#parts as [Uint8Array, Uint8Array, Uint8Array<ArrayBuffer>];
        this.#parts = [new Uint8Array(PREFIX_BYTES)];
        this.#part = 0;
        this.#onFrame({ header: JSON.parse(new TextDecoder().decode(header)), body });
        return;
      }
    }
  }

  #expect(prefix: Uint8Array): void {
    const view = new DataView(prefix.buffer, prefix.byteOffset);
    const header = view.getUint32(0, true);
    const body = view.getUint32(4, true);
    if (header > MAX_HEADER_BYTES || body > this.#maxBody()) {
      throw new RangeError(`a frame of ${header} and ${body} bytes is too large`);
    }
    this.#parts.push(new Uint8Array(header), new Uint8Array(body));
  }
}
