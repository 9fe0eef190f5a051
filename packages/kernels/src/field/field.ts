import { KernelError } from '../errors.ts';
import { LARGEST, putGeometry, type WindowGeometry, windowPlan } from '../layers/geometry.ts';
import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';
import { checkElements } from './elements.ts';
import { CellSums, RecordSums } from './row-sums.ts';

/** p = 2^61 − 1, a prime: Freivalds' products are taken in F_p. */
export const FIELD_PRIME = 2n ** 61n - 1n;

/** Arguments of {@link FieldKernels.foldConv}. */
export interface FoldConvArguments {
  /** [height][width][channels] of one image. */
  readonly input: Block<'field'>;
  /** [kernel height][kernel width][channels]. */
  readonly weights: Block<'field'>;
  readonly geometry: WindowGeometry;
  /** The field element of the cells that padding adds. */
  readonly pad: bigint;
  /** [output height][output width]. */
  readonly output: Block<'field'>;
}

/** Arithmetic in F_p for checking products of integers by random projections. Negative integers count as p + value. */
export class FieldKernels {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;

  constructor(memory: Memory, kernels: KernelExports) {
    this.#memory = memory;
    this.#kernels = kernels;
  }

  /** A new block with these elements. @throws KernelError `not-reduced` unless all are below p */
  put(elements: BigUint64Array): Block<'field'> {
    const { wasm } = this.#memory;
    const block = this.#memory.allocate('field', elements.length);
    new BigUint64Array(wasm.buffer, block.address, block.length).set(elements);
    this.#checkElements('elements', block);
    return block;
  }

  /** Sums of rows of int8 cells, none yet; they last as long as their memory. @throws KernelError */
  cellSums(columns: number): CellSums {
    return new CellSums(this.#memory, this.#kernels, columns);
  }

  /**
   * Sums of rows of accumulators, none yet.
   *
   * @param columns - accumulators of a row
   * @param bound - no accumulator should be larger in size: the smaller it is, the fewer steps
   * @throws KernelError
   */
  recordSums(columns: number, bound: number): RecordSums {
    return new RecordSums(this.#memory, this.#kernels, columns, bound);
  }

  /** output[k] = Σ_n weights[k][n] · vector[n], for int8. @throws KernelError */
  weightTimes(weights: Block<'int8'>, vector: Block<'field'>, output: Block<'field'>): void {
    const [rows, columns] = [output.length, vector.length];
    const w = this.#memory.check('weights', weights, 'int8', product('weights', LARGEST, rows, columns));
    const r = this.#checkElements('vector', vector);
    const out = this.#memory.check('output', output, 'field');
    this.#memory.disjoint(output, weights, vector);
    this.#memory.temporarily(() => {
      const digits = this.#memory.allocate('int8', 8 * (columns + 8)).address;
      this.#kernels.weightTimes(w, r, out, rows, columns, digits);
    });
  }

  /** output[i] = Σ_n matrix[i][n] · vector[n]. @throws KernelError */
  dots(matrix: Block<'field'>, vector: Block<'field'>, output: Block<'field'>): void {
    const [rows, columns] = [output.length, vector.length];
    this.#memory.check('matrix', matrix, 'field', product('matrix', LARGEST, rows, columns));
    const x = this.#checkElements('matrix', matrix);
    const y = this.#checkElements('vector', vector);
    const out = this.#memory.check('output', output, 'field');
    this.#memory.disjoint(output, matrix, vector);
    this.#kernels.dots(x, y, out, rows, columns);
  }

  /** A convolution with one output channel: output[position] = Σ_k window(position)[k] · weights[k]. @throws KernelError */
  foldConv({ input, weights, geometry, pad, output }: FoldConvArguments): void {
    const plan = windowPlan(geometry);
    this.#memory.check('input', input, 'field', plan.imageLength);
    this.#memory.check(
      'weights',
      weights,
      'field',
      product('weights', LARGEST, plan.cells, geometry.channels),
    );
    const x = this.#checkElements('input', input);
    const w = this.#checkElements('weights', weights);
    const out = this.#memory.check('output', output, 'field', plan.positions);
    this.#memory.disjoint(output, input, weights);
    this.#memory.temporarily(() => {
      const g = putGeometry(this.#memory, geometry, plan).address;
      const padAt = this.put(BigUint64Array.of(reduced(pad))).address;
      const sums = this.#memory.allocate('field', plan.cells).address;
      this.#kernels.foldConv(x, g, w, padAt, out, sums);
    });
  }

  #checkElements(name: string, block: Block<'field'>): number {
    return checkElements(this.#memory, this.#kernels, name, block);
  }
}

/** @throws KernelError `not-reduced` */
function reduced(value: bigint): bigint {
  if (value >= 0n && value < FIELD_PRIME) return value;
  throw new KernelError('not-reduced', 'A value is not from 0 to p − 1.', {
    evidence: { value: value.toString() },
    remedy: 'Reduce it modulo p = 2^61 − 1; a negative value counts as p + value.',
  });
}
