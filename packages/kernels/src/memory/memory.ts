import { KernelError } from '../errors.ts';
import { type Block, type BlockKind, blockBytes, VALUE_BYTES } from './block.ts';
import { count } from './numbers.ts';

/** Start of every block, in bytes: that of a SIMD vector. */
const ALIGNMENT = 16;
/** No block has an address below, so that 0 can mean "no block". */
const BOTTOM = 1024;
/** Kernels read up to this many bytes behind their inputs (they do not count), which must exist. */
const SLACK = 64;
const PAGE = 65_536;
/** 2 GiB: addresses and lengths are int32 in the kernels. */
const LARGEST = 2 ** 31;
/** Most memory of an instance, in bytes, if nothing else is asked for: 1 GiB. */
export const DEFAULT_MAXIMUM = 2 ** 30;

/** A state of {@link Memory} to return to. */
export interface Mark {
  readonly top: number;
}

/** Memory of kernels, given out from bottom to top and released from top to bottom. Never shared. */
export class Memory {
  /** What the module imports. */
  readonly wasm: WebAssembly.Memory;
  readonly #maximum: number;
  #top = BOTTOM;

  /** @param maximumBytes - at most 2 GiB */
  constructor(maximumBytes: number) {
    this.#maximum = count('maximumBytes', maximumBytes, PAGE, LARGEST);
    this.wasm = new WebAssembly.Memory({ initial: 1 });
  }

  /**
   * A new block of zeros or of whatever was there before.
   * @throws KernelError `memory-exhausted`
   */
  allocate<Kind extends BlockKind>(kind: Kind, length: number): Block<Kind> {
    count('length', length, 0, LARGEST);
    const address = Math.ceil(this.#top / ALIGNMENT) * ALIGNMENT;
    const top = address + length * VALUE_BYTES[kind];
    this.#grow(top + SLACK);
    this.#top = top;
    return { kind, address, length };
  }

  /** Everything that is allocated from now on is given back by {@link release}. */
  mark(): Mark {
    return { top: this.#top };
  }

  /** Gives back everything allocated since `mark`. */
  release({ top }: Mark): void {
    count('top of the mark', top, BOTTOM, this.#top);
    this.#top = top;
  }

  /** What `work` gives; whatever it allocates is given back. */
  temporarily<Result>(work: () => Result): Result {
    const mark = this.mark();
    try {
      return work();
    } finally {
      this.release(mark);
    }
  }

  /** A view of a block; the next allocation may detach it. Bytes are there as int8. */
  int8(block: Block<'int8'>): Int8Array {
    this.check('block', block, 'int8');
    return new Int8Array(this.wasm.buffer, block.address, block.length);
  }

  /** A view of a block as bytes; the next allocation may detach it. */
  bytes(block: Block<'int8'>): Uint8Array {
    this.check('block', block, 'int8');
    return new Uint8Array(this.wasm.buffer, block.address, block.length);
  }

  /** A view of a block; the next allocation may detach it. */
  int32(block: Block<'int32'>): Int32Array {
    this.check('block', block, 'int32');
    return new Int32Array(this.wasm.buffer, block.address, block.length);
  }

  /** A copy of a block: elements of F_p, which only kernels and {@link FieldKernels.put} write. */
  field(block: Block<'field'>): BigUint64Array {
    this.check('block', block, 'field');
    return new BigUint64Array(this.wasm.buffer, block.address, block.length).slice();
  }

  /** A new block with these values. */
  putInt8(values: Int8Array | Uint8Array): Block<'int8'> {
    const block = this.allocate('int8', values.length);
    this.bytes(block).set(new Uint8Array(values.buffer, values.byteOffset, values.length));
    return block;
  }

  /** A new block with these values. */
  putInt32(values: Int32Array): Block<'int32'> {
    const block = this.allocate('int32', values.length);
    this.int32(block).set(values);
    return block;
  }

  /**
   * Refuses a block that is not what an operation needs.
   *
   * @param name - of the argument, for the error
   * @param length - in values; any if left out
   * @returns its address
   * @throws KernelError
   */
  check(name: string, block: Block, kind: BlockKind, length?: number): number {
    const evidence = { argument: name, kind: block.kind, address: block.address, length: block.length };
    const refuse = (
      code: 'kind-mismatch' | 'size-mismatch' | 'misaligned' | 'outside-memory',
      text: string,
    ) =>
      new KernelError(code, `${name} ${text}`, {
        evidence: length === undefined ? evidence : { ...evidence, expected: length },
        remedy: 'Pass a block that Memory.allocate gave for this shape and that was not released.',
      });
    if (block.kind !== kind) throw refuse('kind-mismatch', `holds ${block.kind}; ${kind} is needed.`);
    count(`length of ${name}`, block.length, 0, LARGEST);
    count(`address of ${name}`, block.address, 0, LARGEST);
    if (block.address % VALUE_BYTES[kind] !== 0)
      throw refuse('misaligned', 'does not begin where its values may.');
    if (block.address < BOTTOM || block.address + blockBytes(block) > this.#top)
      throw refuse('outside-memory', 'lies outside of the memory that was given out.');
    if (length !== undefined && block.length !== length)
      throw refuse('size-mismatch', `has ${block.length} values; ${length} are needed.`);
    return block.address;
  }

  /** Refuses an output that lies over one of the inputs. Blocks were checked before. @throws KernelError `overlap` */
  disjoint(output: Block, ...inputs: readonly Block[]): void {
    const from = output.address;
    const to = from + blockBytes(output);
    for (const input of inputs) {
      if (input.address >= to || from >= input.address + blockBytes(input)) continue;
      throw new KernelError('overlap', 'The output lies over an input.', {
        evidence: { output: from, input: input.address },
        remedy: 'Allocate a block of its own for the output.',
      });
    }
  }

  #grow(bytes: number): void {
    const missing = bytes - this.wasm.buffer.byteLength;
    if (missing <= 0) return;
    // A quarter more than needed, since every growth detaches the views.
    const wanted = Math.min(this.#maximum, bytes + this.wasm.buffer.byteLength / 4);
    if (bytes > this.#maximum) throw this.#exhausted(bytes);
    try {
      this.wasm.grow(Math.ceil((Math.max(wanted, bytes) - this.wasm.buffer.byteLength) / PAGE));
    } catch {
      throw this.#exhausted(bytes);
    }
  }

  #exhausted(bytes: number): KernelError {
    return new KernelError('memory-exhausted', 'This needs more memory than the kernels may use.', {
      evidence: { bytes, maximum: this.#maximum },
      remedy: 'Process fewer rows at a time, or allow more memory.',
    });
  }
}
