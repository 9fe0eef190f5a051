import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';
import { LARGEST } from './geometry.ts';

/** Where the accumulators of one layer stand in the records of rows. */
export interface RecordPlace {
  /** [rows][recordBytes]. */
  readonly records: Block<'int8'>;
  readonly rows: number;
  /** Values of the layer in a row. */
  readonly count: number;
  readonly recordBytes: number;
  /** Of the layer's first byte in a record. */
  readonly offset: number;
  /** Bytes of a value. */
  readonly bytes: 2 | 3 | 4;
}

/** Arguments of {@link RecordKernels}. */
export interface RecordArguments extends RecordPlace {
  /** int32 [rows][count]. */
  readonly accumulators: Block<'int32'>;
}

/** Least and largest value. */
export interface Extremes {
  readonly low: number;
  readonly high: number;
}

/** Accumulators as records: 2, 3 or 4 bytes each, little-endian two's complement. */
export class RecordKernels {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;

  constructor(memory: Memory, kernels: KernelExports) {
    this.#memory = memory;
    this.#kernels = kernels;
  }

  /** Writes the lowest bytes of every accumulator into the records. @throws KernelError */
  pack(given: RecordArguments): void {
    const { values, records } = this.#check(given);
    this.#memory.disjoint(given.records, given.accumulators);
    const { rows, count, bytes, recordBytes } = given;
    this.#kernels.packAccumulators(values, records, rows, count, bytes, recordBytes);
  }

  /**
   * Reads the accumulators of a layer out of the records.
   *
   * @returns the least and the largest of them; of none, 0 and 0
   * @throws KernelError
   */
  unpack(given: RecordArguments): Extremes {
    const { values, records } = this.#check(given);
    this.#memory.disjoint(given.accumulators, given.records);
    const { rows, count, bytes, recordBytes } = given;
    return this.#memory.temporarily(() => {
      const extent = this.#memory.allocate('int32', 2);
      this.#kernels.unpackAccumulators(records, values, rows, count, bytes, recordBytes, extent.address);
      if (rows * count === 0) return { low: 0, high: 0 };
      const [low, high] = this.#memory.int32(extent);
      return { low: low!, high: high! };
    });
  }

  #check(given: RecordArguments): { readonly values: number; readonly records: number } {
    const records = checkPlace(this.#memory, given);
    const length = product('accumulators', LARGEST, given.rows, given.count);
    return { values: this.#memory.check('accumulators', given.accumulators, 'int32', length), records };
  }
}

/** @returns the address of the layer's first byte @throws KernelError */
export function checkPlace(memory: Memory, place: RecordPlace): number {
  const { records, rows, recordBytes, offset, bytes } = place;
  count('rows', rows, 0, LARGEST);
  count('bytes', bytes, 2, 4);
  count('count', place.count, 0, LARGEST);
  count('recordBytes', recordBytes, 0, LARGEST);
  count('offset', offset, 0, recordBytes - place.count * bytes);
  return memory.check('records', records, 'int8', product('records', LARGEST, rows, recordBytes)) + offset;
}
