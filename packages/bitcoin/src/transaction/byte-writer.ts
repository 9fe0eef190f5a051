/** Size of `value` as a compact size, in bytes. */
export function compactSizeLength(value: number): number {
  if (value < 0xfd) return 1;
  if (value <= 0xffff) return 3;
  return value <= 0xffff_ffff ? 5 : 9;
}

/** Size of `bytes` after their compact size. */
export function variableLength(bytes: Uint8Array): number {
  return compactSizeLength(bytes.length) + bytes.length;
}

/** Writes Bitcoin's little-endian wire format into an array of exactly the size that the caller computed. */
export class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /** @param size - in bytes; writing past it throws a RangeError, for the sizes are this package's own */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  uint8(value: number): void {
    this.#bytes[this.#offset++] = value;
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#offset, value, true);
    this.#offset += 4;
  }

  int64(value: bigint): void {
    this.#view.setBigInt64(this.#offset, value, true);
    this.#offset += 8;
  }

  bytes(value: Uint8Array): void {
    this.#bytes.set(value, this.#offset);
    this.#offset += value.length;
  }

  compactSize(value: number): void {
    if (value < 0xfd) {
      this.uint8(value);
    } else if (value <= 0xffff) {
      this.uint8(0xfd);
      this.#view.setUint16(this.#offset, value, true);
      this.#offset += 2;
    } else {
      this.uint8(0xfe);
      this.uint32(value);
    }
  }

  variableBytes(value: Uint8Array): void {
    this.compactSize(value.length);
    this.bytes(value);
  }

  /** Everything written. */
  finish(): Uint8Array {
    return this.#offset === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#offset);
  }
}
