import { TransactionError } from './errors.ts';

/** Largest length that a compact size may announce: Bitcoin's MAX_SIZE; stops absurd counts before they are read. */
const MAX_COMPACT_SIZE = 0x0200_0000;

/** Reads Bitcoin's little-endian wire format strictly, from the first byte to the last. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /** @param bytes - from outside; what is read is copied out of it */
  constructor(bytes: Uint8Array) {
    // A plain view: `slice` of a Node Buffer would share its memory.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (start + length > this.#bytes.length) {
      throw new TransactionError('truncated', `${length} bytes expected at offset ${start}`, {
        evidence: { offset: start, expected: length, available: this.#bytes.length - start },
      });
    }
    this.#offset = start + length;
    return start;
  }

  /** @throws TransactionError `truncated` */
  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** @throws TransactionError `truncated` */
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Signed: an amount that is out of range is the transaction's fault, not its encoding's. @throws TransactionError `truncated` */
  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  /** A copy of the next `length` bytes. @throws TransactionError `truncated` */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.slice(start, start + length);
  }

  /** A count or length in its shortest form. @throws TransactionError `truncated`, `compact-size-not-canonical`, `too-large` */
  compactSize(): number {
    const first = this.uint8();
    if (first < 0xfd) return first;
    let value: number;
    let least: number;
    if (first === 0xfd) {
      value = this.#view.getUint16(this.#advance(2), true);
      least = 0xfd;
    } else if (first === 0xfe) {
      value = this.uint32();
      least = 0x1_0000;
    } else {
      value = Number(this.#view.getBigUint64(this.#advance(8), true));
      least = 0x1_0000_0000;
    }
    if (value < least) {
      throw new TransactionError('compact-size-not-canonical', `${value} is encoded longer than it needs`, {
        evidence: { value },
      });
    }
    if (value > MAX_COMPACT_SIZE) {
      throw new TransactionError('too-large', `a length of ${value} is over ${MAX_COMPACT_SIZE}`, {
        evidence: { value, limit: MAX_COMPACT_SIZE },
      });
    }
    return value;
  }

  /** Bytes after their compact size. @throws TransactionError `truncated`, `compact-size-not-canonical`, `too-large` */
  variableBytes(): Uint8Array {
    return this.bytes(this.compactSize());
  }

  /** Refuses input that goes on after the structure. @throws TransactionError `trailing-bytes` */
  end(): void {
    const rest = this.#bytes.length - this.#offset;
    if (rest > 0) {
      throw new TransactionError('trailing-bytes', `${rest} bytes follow the end`, { evidence: { rest } });
    }
  }
}
