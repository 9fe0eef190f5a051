import { LARGEST } from '../layers/geometry.ts';
import { checkPlace, type RecordPlace } from '../layers/records.ts';
import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';
import { checkElements } from './elements.ts';

/** Bytes of a group of rows in assembly/combine8.ts. */
const CELL_TILE = 8 * 1024;
/** Values that assembly/pairs.ts takes whole are smaller in size; larger ones are added as two halves. */
const PAIRED = 2 ** 27;
/** A digit of a field element is at most this in size. */
const DIGIT = 2 ** 15;
/** Most rows of one call: sums of 2^16 rows stay within int64. */
const ROWS = 2 ** 15;

/** Σ_r scalars[r] · cells[r][columns] over F_p, for rows that come in parts. Negative integers count as p + value. */
export class CellSums {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;
  readonly #columns: number;
  readonly #sums: Block<'int32'>;
  readonly #output: Block<'field'>;
  readonly #pending: Block<'int32'>;

  constructor(memory: Memory, kernels: KernelExports, columns: number) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#columns = count('columns', columns, 0, LARGEST / 16);
    this.#sums = zeros(memory, 'int32', 4 * Math.ceil(columns / 8) * 8);
    this.#output = zeros(memory, 'field', columns);
    this.#pending = zeros(memory, 'int32', 1);
  }

  /**
   * Adds rows.
   *
   * @param input - int8 [rows][columns]
   * @param scalars - one for each row
   * @throws KernelError
   */
  add(input: Block<'int8'>, scalars: Block<'field'>): void {
    const rows = scalars.length;
    const a = this.#memory.check('input', input, 'int8', product('input', LARGEST, rows, this.#columns));
    const s = checkElements(this.#memory, this.#kernels, 'scalars', scalars);
    this.#memory.temporarily(() => {
      const digits = this.#memory.allocate('int8', 8 * (rows + 1)).address;
      const tile = this.#memory.allocate('int8', CELL_TILE).address;
      const [sums, out, pending] = [this.#sums.address, this.#output.address, this.#pending.address];
      this.#kernels.combineCells(a, s, rows, this.#columns, sums, out, pending, digits, tile);
    });
  }

  /** The sums over all rows so far: [columns]. Good until the next rows are added. */
  total(): Block<'field'> {
    this.#kernels.foldCells(this.#sums.address, this.#output.address, this.#columns);
    this.#memory.int32(this.#pending)[0] = 0;
    return this.#output;
  }
}

/** The same for accumulators, read from row records. */
export class RecordSums {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;
  readonly #columns: number;
  readonly #bound: number;
  readonly #rows32: number;
  readonly #sums: Block<'field'>;
  readonly #output: Block<'field'>;
  readonly #pending: Block<'int32'>;

  constructor(memory: Memory, kernels: KernelExports, columns: number, bound: number) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#columns = count('columns', columns, 0, LARGEST / 32);
    this.#bound = count('bound', bound, 0, 2 ** 31);
    const most = DIGIT * (4095 + Math.floor(bound / 4096) + 1);
    this.#rows32 = bound < PAIRED ? Math.floor((2 ** 31 - 1) / most) : 0;
    this.#sums = zeros(memory, 'field', 2 * Math.ceil(columns / 8) * 8);
    this.#output = zeros(memory, 'field', columns);
    this.#pending = zeros(memory, 'int32', 1);
  }

  /**
   * Adds rows of records.
   *
   * @param scalars - one for each row
   * @returns whether no accumulator is larger than the bound in size; if one is, the sums may be anything
   * @throws KernelError
   */
  add(place: RecordPlace, scalars: Block<'field'>): boolean {
    const memory = this.#memory;
    count('count', place.count, this.#columns, this.#columns);
    // Values that are added as two halves are read as 4 bytes.
    count('bytes', place.bytes, this.#rows32 === 0 ? 4 : 2, 4);
    const records = checkPlace(memory, place);
    count('rows', place.rows, scalars.length, Math.min(scalars.length, ROWS));
    const s = checkElements(memory, this.#kernels, 'scalars', scalars);
    return memory.temporarily(() => {
      const digits = memory.allocate('int8', 32 * place.rows).address;
      const extent = memory.putInt32(Int32Array.of(2 ** 31 - 1, -(2 ** 31)));
      this.#kernels.combineRecords(
        ...[records, place.recordBytes, place.bytes, s, place.rows, this.#columns],
        ...[this.#sums.address, this.#output.address, this.#pending.address, this.#rows32],
        ...[digits, extent.address],
      );
      const [low, high] = memory.int32(extent) as unknown as readonly [number, number];
      return low >= -this.#bound && high <= this.#bound;
    });
  }

  /** The sums over all rows so far: [columns]. Good until the next rows are added. */
  total(): Block<'field'> {
    this.#kernels.foldRecords(this.#sums.address, this.#output.address, this.#columns);
    this.#memory.int32(this.#pending)[0] = 0;
    return this.#output;
  }
}

function zeros<Kind extends 'int32' | 'field'>(memory: Memory, kind: Kind, length: number): Block<Kind> {
  const block = memory.allocate(kind, length);
  new Uint8Array(memory.wasm.buffer, block.address, length * (kind === 'field' ? 8 : 4)).fill(0);
  return block;
}
