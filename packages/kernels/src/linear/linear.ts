import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';
import { type PackedWeights, packedLength, paddedDepth } from './weights.ts';

/** Most values of one tensor or matrix. */
const LARGEST = 2 ** 31 - 64;
/** Bytes of the widened inputs of a block of rows: they stay in the L2 cache while they meet all weights. */
const BLOCK_BYTES = 256 * 1024;
/** Bytes of a tile that sticks out of the result. */
const EDGE_BYTES = 128;

/** Arguments of {@link LinearKernels.gemm}. */
export interface GemmArguments {
  /** int8 [rows][depth]. */
  readonly input: Block<'int8'>;
  readonly weights: PackedWeights;
  /** int32 [columns], or null for zeros. */
  readonly bias: Block<'int32'> | null;
  /** int32 [rows][columns]. */
  readonly output: Block<'int32'>;
  readonly rows: number;
}

/** Matrix products of int8 with sums of int32, which wrap modulo 2^32: keep them within bounds beforehand. */
export class LinearKernels {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;

  constructor(memory: Memory, kernels: KernelExports) {
    this.#memory = memory;
    this.#kernels = kernels;
  }

  /**
   * Weights in the order of the inner loop, in a new block, 2 to 3 bytes a weight.
   * @param weights - int8 [depth][groups · columns]: the columns of group 0 first
   * @throws KernelError
   */
  pack(weights: Int8Array, depth: number, columns: number, groups = 1): PackedWeights {
    count('depth', depth, 1, LARGEST);
    count('columns', columns, 1, LARGEST);
    count('groups', groups, 1, LARGEST);
    const memory = this.#memory;
    const length = product('packed weights', LARGEST, groups, packedLength(depth, columns));
    const block = memory.allocate('int16', length);
    memory.temporarily(() => {
      const source = memory.putInt8(weights);
      memory.check('weights', source, 'int8', depth * groups * columns);
      for (let group = 0; group < groups; group++) {
        const target = block.address + 2 * group * packedLength(depth, columns);
        const from = source.address + group * columns;
        this.#kernels.packWeights(from, depth, columns, groups * columns, target);
      }
    });
    return { depth, columns, groups, block };
  }

  /**
   * output = input · weights + bias.
   * @throws KernelError
   */
  gemm({ input, weights, bias, output, rows }: GemmArguments): void {
    count('rows', rows, 0, LARGEST);
    count('groups', weights.groups, 1, 1);
    const { depth, columns } = weights;
    const a = this.#memory.check('input', input, 'int8', product('input', LARGEST, rows, depth));
    const b = this.#checkWeights(weights);
    const biasAt = bias === null ? 0 : this.#memory.check('bias', bias, 'int32', columns);
    const c = this.#memory.check('output', output, 'int32', product('output', LARGEST, rows, columns));
    this.#memory.disjoint(output, input, weights.block, ...(bias === null ? [] : [bias]));
    this.#withScratch(depth, rows, (block, edge, blockRows) =>
      this.#kernels.gemm(a, b, biasAt, c, rows, depth, columns, block, edge, blockRows),
    );
  }

  #checkWeights({ depth, columns, groups, block }: PackedWeights): number {
    const length = product('packed weights', LARGEST, groups, packedLength(depth, columns));
    return this.#memory.check('weights', block, 'int16', length);
  }

  /** Room for as many widened rows as stay in the cache, a multiple of 4 and at least 4. */
  #withScratch(
    depth: number,
    rows: number,
    work: (block: number, edge: number, blockRows: number) => void,
  ): void {
    const fitting = Math.floor(BLOCK_BYTES / (2 * paddedDepth(depth)) / 4) * 4;
    const blockRows = Math.max(4, Math.min(fitting, Math.ceil(rows / 4) * 4));
    this.#memory.temporarily(() => {
      const block = this.#memory.allocate('int16', blockRows * paddedDepth(depth) + 16);
      const edge = this.#memory.allocate('int8', EDGE_BYTES);
      work(block.address, edge.address, blockRows);
    });
  }
}
