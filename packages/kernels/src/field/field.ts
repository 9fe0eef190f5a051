import { KernelError } from '../errors.ts';
import { LARGEST, putGeometry, type WindowGeometry, windowPlan } from '../layers/geometry.ts';
import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';

/** p = 2^61 − 1, a prime: Freivalds' products are taken in F_p. */
export const FIELD_PRIME = 2n ** 61n - 1n;

/** Bytes of the running sums of a strip of columns, and of a group of its rows, in assembly/combine8.ts. */
const STRIP_8 = { sums: 4 * 1024, tile: 8 * 1024 };
/** The same in assembly/combine32.ts. */
const STRIP_32 = { sums: 3 * 1024, tile: 16 * 1024 };

/** Rows in one pass of combine32, and the most rows until its sums are folded. */
const GROUP_32 = 32;
const FOLD_32 = 1024;

/** A sum of rows, each times a field element. */
export interface CombineArguments<Kind extends 'int8' | 'int32'> {
  /** [rows][output.length]. */
  readonly input: Block<Kind>;
  /** One for each row. */
  readonly scalars: Block<'field'>;
  readonly output: Block<'field'>;
  /** Whether the sum is added to what the output holds, so that rows may come in parts; false if left out. */
  readonly accumulate?: boolean;
}

/** Arguments of {@link FieldKernels.combine32}. */
export interface Combine32Arguments extends CombineArguments<'int32'> {
  /** No value of the input is larger in size: up to 2^26, this takes less time. Any int32 if left out. */
  readonly bound?: number;
}

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

  /** output[l] = Σ_r scalars[r] · input[r][l], for int8. @throws KernelError */
  combine8(given: CombineArguments<'int8'>): void {
    const { a, s, out, rows } = this.#checkCombine(given, 'int8');
    this.#memory.temporarily(() => {
      const digits = this.#memory.allocate('int8', 8 * (rows + 1)).address;
      const sums = this.#memory.allocate('int8', STRIP_8.sums).address;
      const tile = this.#memory.allocate('int8', STRIP_8.tile).address;
      this.#kernels.combine8(a, s, out, rows, given.output.length, digits, sums, tile);
    });
  }

  /** output[l] = Σ_r scalars[r] · input[r][l], for int32. @throws KernelError */
  combine32(given: Combine32Arguments): void {
    const bound = count('bound', given.bound ?? 2 ** 31, 0, 2 ** 31);
    const { a, s, out, rows } = this.#checkCombine(given, 'int32');
    const foldRows = Math.min(FOLD_32, Math.floor(2 ** 31 / Math.max(1, bound) / GROUP_32) * GROUP_32);
    this.#memory.temporarily(() => {
      const limbs = this.#memory.allocate('int8', 12 * rows).address;
      const sums = this.#memory.allocate('int8', STRIP_32.sums).address;
      const tile = this.#memory.allocate('int8', STRIP_32.tile).address;
      const columns = given.output.length;
      if (foldRows === 0) this.#kernels.combine32(a, s, out, rows, columns, limbs, sums, tile);
      else this.#kernels.combineNarrow32(a, s, out, rows, columns, limbs, sums, tile, foldRows);
    });
  }

  /** output[k] = Σ_n weights[k][n] · vector[n], for int8. @throws KernelError */
  weightTimes(weights: Block<'int8'>, vector: Block<'field'>, output: Block<'field'>): void {
    const [rows, columns] = [output.length, vector.length];
    const w = this.#memory.check('weights', weights, 'int8', product('weights', LARGEST, rows, columns));
    const r = this.#checkElements('vector', vector);
    const out = this.#memory.check('output', output, 'field');
    this.#memory.disjoint(output, weights, vector);
    this.#memory.temporarily(() => {
      const digits = this.#memory.allocate('int8', 8 * (columns + 7)).address;
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

  #checkCombine<Kind extends 'int8' | 'int32'>(
    { input, scalars, output, accumulate = false }: CombineArguments<Kind>,
    kind: Kind,
  ): { readonly a: number; readonly s: number; readonly out: number; readonly rows: number } {
    const rows = scalars.length;
    const length = product('input', LARGEST, rows, output.length);
    const a = this.#memory.check('input', input, kind, length);
    const s = this.#checkElements('scalars', scalars);
    const out = this.#memory.check('output', output, 'field');
    this.#memory.disjoint(output, input, scalars);
    if (accumulate) this.#checkElements('output', output);
    else new BigUint64Array(this.#memory.wasm.buffer, out, output.length).fill(0n);
    return { a, s, out, rows };
  }

  /** A block whose values are below p: one that was only allocated may hold anything. */
  #checkElements(name: string, block: Block<'field'>): number {
    const address = this.#memory.check(name, block, 'field');
    const first = this.#kernels.firstUnreduced(address, block.length) ?? block.length;
    if (first < block.length) {
      throw new KernelError('not-reduced', `${name} holds a value that is not below p = 2^61 − 1.`, {
        evidence: { argument: name, index: first },
        remedy: 'Reduce the values modulo p, and fill every block before it is used.',
      });
    }
    return address;
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
