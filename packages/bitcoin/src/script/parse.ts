import { concatBytes } from '@prometheus-compute/protocol';
import { EMPTY } from './number.ts';
import { OP } from './opcodes.ts';

/** An opcode that no instruction has. */
const NONE = 0xff;

/** Walks a script, one instruction after the other, without copying. */
export class ScriptCursor {
  readonly script: Uint8Array;
  /** Where the next instruction starts. After a malformed one, behind its opcode and length. */
  offset: number;
  /** Opcode of the instruction read last. */
  opcode = NONE;
  #dataStart = 0;
  #dataEnd = 0;

  constructor(script: Uint8Array, offset = 0) {
    this.script = script;
    this.offset = offset;
  }

  /** Whether there is no further instruction. */
  get atEnd(): boolean {
    return this.offset >= this.script.length;
  }

  /** Bytes that the last instruction pushes. */
  get dataLength(): number {
    return this.#dataEnd - this.#dataStart;
  }

  /** What the last instruction pushes, as a view into the script; empty for instructions that carry no bytes. */
  get data(): Uint8Array {
    return this.#dataEnd === this.#dataStart ? EMPTY : this.script.subarray(this.#dataStart, this.#dataEnd);
  }

  /** Reads an instruction; false at the end and where a push announces more bytes than there are. */
  next(): boolean {
    const { script } = this;
    this.opcode = NONE;
    this.#dataEnd = this.#dataStart;
    if (this.offset >= script.length) return false;
    const opcode = script[this.offset++]!;
    if (opcode <= OP.OP_PUSHDATA4) {
      const size = opcode < OP.OP_PUSHDATA1 ? opcode : this.#announcedSize(opcode);
      if (size === undefined || size > script.length - this.offset) return false;
      this.#dataStart = this.offset;
      this.offset += size;
      this.#dataEnd = this.offset;
    }
    this.opcode = opcode;
    return true;
  }

  #announcedSize(opcode: number): number | undefined {
    const width = 1 << (opcode - OP.OP_PUSHDATA1);
    if (width > this.script.length - this.offset) return undefined;
    let size = 0;
    for (let i = width - 1; i >= 0; i--) size = size * 256 + this.script[this.offset + i]!;
    this.offset += width;
    return size;
  }
}

/** Whether a script is well formed and, from `offset` on, has only pushes (OP_RESERVED counts as one here). */
export function isPushOnly(script: Uint8Array, offset = 0): boolean {
  const cursor = new ScriptCursor(script, offset);
  while (!cursor.atEnd) if (!cursor.next() || cursor.opcode > OP.OP_16) return false;
  return true;
}

/** BIP62: whether no other opcode pushes the same bytes in less space. */
export function isMinimalPush(data: Uint8Array, opcode: number): boolean {
  const { length } = data;
  if (length === 0) return opcode === OP.OP_0;
  if (length === 1 && ((data[0]! >= 1 && data[0]! <= 16) || data[0] === 0x81)) return false;
  if (length < OP.OP_PUSHDATA1) return opcode === length;
  if (length <= 0xff) return opcode === OP.OP_PUSHDATA1;
  return length > 0xffff || opcode === OP.OP_PUSHDATA2;
}

/** Script that pushes `data` by its length: never as a number opcode, which matters for FindAndDelete and P2SH. */
export function pushOf(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length < OP.OP_PUSHDATA1) return concatBytes(Uint8Array.of(length), data);
  if (length <= 0xff) return concatBytes(Uint8Array.of(OP.OP_PUSHDATA1, length), data);
  if (length <= 0xffff) {
    return concatBytes(Uint8Array.of(OP.OP_PUSHDATA2, length & 0xff, length >> 8), data);
  }
  const head = new Uint8Array(5);
  head[0] = OP.OP_PUSHDATA4;
  new DataView(head.buffer).setUint32(1, length, true);
  return concatBytes(head, data);
}

/** What a script pushes last, or undefined when it is not push-only; where P2SH finds its redeem script. */
export function lastPush(script: Uint8Array): Uint8Array | undefined {
  const cursor = new ScriptCursor(script);
  while (!cursor.atEnd) if (!cursor.next() || cursor.opcode > OP.OP_16) return undefined;
  return cursor.data;
}
