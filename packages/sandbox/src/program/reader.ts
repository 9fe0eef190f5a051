import { SandboxError } from '../errors.ts';

/** Reads the binary format of WebAssembly (core specification §5) from `bytes`, never past the end. */
export class ModuleReader {
  readonly bytes: Uint8Array;
  offset: number;
  readonly end: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get done(): boolean {
    return this.offset === this.end;
  }

  malformed(what: string): SandboxError {
    return new SandboxError('module-malformed', `not a WebAssembly module: ${what} at byte ${this.offset}`, {
      offset: this.offset,
    });
  }

  byte(): number {
    if (this.offset >= this.end) throw this.malformed('unexpected end');
    return this.bytes[this.offset++]!;
  }

  /** An unsigned LEB128 integer of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) throw this.malformed('integer of more than 32 bits');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.malformed('integer of more than 32 bits');
  }

  /** Number of entries that follow. Each takes a byte at least, so a count beyond the rest is refused unread. */
  count(): number {
    const count = this.u32();
    if (count > this.end - this.offset) throw this.malformed('more entries than bytes');
    return count;
  }

  /** The next `length` bytes as a reader of their own. */
  part(length: number): ModuleReader {
    if (length > this.end - this.offset) throw this.malformed('unexpected end');
    const part = new ModuleReader(this.bytes, this.offset, this.offset + length);
    this.offset += length;
    return part;
  }

  name(): string {
    const part = this.part(this.u32());
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.bytes.subarray(part.offset, part.end),
      );
    } catch {
      throw this.malformed('name that is not UTF-8');
    }
  }
}

/** Unsigned LEB128, shortest form. */
export function encodeU32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
