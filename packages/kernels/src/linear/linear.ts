import { LARGEST, putGeometry, type WindowGeometry, windowPlan } from '../layers/geometry.ts';
import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';
import { type DepthwiseWeights, type PackedWeights, packedLength, paddedDepth } from './weights.ts';

/** Bytes of the widened inputs of a block of rows: they stay in the L2 cache while they meet all weights. */
const BLOCK_BYTES = 256 * 1024;
/** Bytes of a tile that sticks out of the result, and of a row of zeros. */
const EDGE_BYTES = 160;

/** Arguments of {@link LinearKernels.gemm}. */
export interface GemmArguments {
  /** int8 [rows][depth]. */
  readonly input: Block<'int8'>;
  /** Of one group. */
  readonly weights: PackedWeights;
  /** int32 [columns], or null for zeros. */
  readonly bias: Block<'int32'> | null;
  /** int32 [rows][columns]. */
  readonly output: Block<'int32'>;
  readonly rows: number;
}

/** Arguments of {@link LinearKernels.conv}. */
export interface ConvArguments {
  /** int8 [images][height][width][channels]. */
  readonly input: Block<'int8'>;
  /** What {@link LinearKernels.packConv} gave for this geometry. */
  readonly weights: PackedWeights | DepthwiseWeights;
  /** int32 [output channels], or null for zeros. */
  readonly bias: Block<'int32'> | null;
  /** int32 [images][output height][output width][output channels]. */
  readonly output: Block<'int32'>;
  readonly images: number;
  readonly geometry: WindowGeometry;
  /** int8 value of the cells that padding adds. */
  readonly padValue: number;
}

/** Products of int8 with sums of int32, which wrap modulo 2^32: keep them within bounds beforehand. */
export class LinearKernels {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;

  constructor(memory: Memory, kernels: KernelExports) {
    this.#memory = memory;
    this.#kernels = kernels;
  }

  /**
   * Weights in the order of the inner loop, in a new block, at least 2 bytes a weight.
   * @param weights - int8 [depth][groups · columns]: the columns of group 0 first
   * @throws KernelError
   */
  pack(weights: Int8Array, depth: number, columns: number, groups = 1): PackedWeights {
    count('depth', depth, 1, LARGEST);
    count('columns', columns, 1, LARGEST);
    count('groups', groups, 1, LARGEST);
    const memory = this.#memory;
    const length = product('packed weights', LARGEST, groups, packedLength(depth, columns));
    count('number of weights', weights.length, depth * groups * columns, depth * groups * columns);
    const block = memory.allocate('int16', length);
    memory.temporarily(() => {
      const source = memory.putInt8(weights);
      for (let group = 0; group < groups; group++) {
        const target = block.address + 2 * group * packedLength(depth, columns);
        const from = source.address + group * columns;
        this.#kernels.packWeights(from, depth, columns, groups * columns, target);
      }
    });
    return { kind: 'packed', depth, columns, groups, block };
  }

  /**
   * Weights of a convolution, in a new block.
   * @param weights - int8 [kernel height][kernel width][channels / groups][outputs]
   * @param outputs - output channels of all groups
   * @throws KernelError
   */
  packConv(
    weights: Int8Array,
    geometry: WindowGeometry,
    outputs: number,
    groups = 1,
  ): PackedWeights | DepthwiseWeights {
    const { cells } = windowPlan(geometry);
    const { channels } = geometry;
    count('groups', groups, 1, channels);
    count('channels beyond whole groups', channels % groups, 0, 0);
    count('outputs', outputs, 1, LARGEST);
    count('outputs beyond whole groups', outputs % groups, 0, 0);
    if (groups === 1 || channels !== groups || outputs !== channels)
      return this.pack(weights, cells * (channels / groups), outputs / groups, groups);
    count('number of weights', weights.length, cells * channels, cells * channels);
    return { kind: 'depthwise', depth: cells, channels, block: this.#memory.putInt8(weights) };
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
    const b = this.#checkPacked(weights);
    const biasAt = this.#checkBias(bias, columns);
    const c = this.#memory.check('output', output, 'int32', product('output', LARGEST, rows, columns));
    this.#memory.disjoint(output, input, weights.block, ...(bias === null ? [] : [bias]));
    this.#withScratch(depth, rows, (block, edge, blockRows) =>
      this.#kernels.gemm(a, b, biasAt, c, rows, depth, columns, block, edge, blockRows),
    );
  }

  /**
   * Convolution: each output is the sum over the window of its group's channels, times the weights, plus the bias.
   * @throws KernelError
   */
  conv(given: ConvArguments): void {
    const { input, weights, bias, output, images, geometry, padValue } = given;
    const plan = windowPlan(geometry);
    count('images', images, 0, LARGEST);
    count('padValue', padValue, -128, 127);
    const rows = product('output positions', LARGEST, images, plan.positions);
    const outputs = weights.kind === 'packed' ? weights.columns * weights.groups : weights.channels;
    const x = this.#memory.check('input', input, 'int8', product('input', LARGEST, images, plan.imageLength));
    const c = this.#memory.check('output', output, 'int32', product('output', LARGEST, rows, outputs));
    const biasAt = this.#checkBias(bias, outputs);
    this.#memory.disjoint(output, input, weights.block, ...(bias === null ? [] : [bias]));
    this.#memory.temporarily(() => {
      if (weights.kind === 'depthwise') {
        count('channels of the weights', weights.channels, geometry.channels, geometry.channels);
        count('cells of the weights', weights.depth, plan.cells, plan.cells);
        const w = this.#memory.check('weights', weights.block, 'int8', plan.cells * geometry.channels);
        const g = putGeometry(this.#memory, geometry, plan).address;
        this.#kernels.depthwise(x, g, w, biasAt, c, images, padValue);
        return;
      }
      const { depth, columns, groups } = weights;
      const b = this.#checkPacked(weights);
      count(
        'depth of the weights',
        depth * groups,
        plan.cells * geometry.channels,
        plan.cells * geometry.channels,
      );
      const padded = this.#padded(x, images, geometry, padValue);
      const g = putGeometry(this.#memory, padded.geometry, plan).address;
      this.#withScratch(depth, rows, (block, edge, blockRows) =>
        this.#kernels.conv(
          padded.address,
          g,
          b,
          biasAt,
          c,
          images,
          columns,
          groups,
          padValue,
          block,
          edge,
          blockRows,
        ),
      );
    });
  }

  /**
   * Images with their padding around them, where that is cheap and helps: with few channels, a window takes long to look
   * up at the edges.
   */
  #padded(
    address: number,
    images: number,
    geometry: WindowGeometry,
    padValue: number,
  ): { readonly address: number; readonly geometry: WindowGeometry } {
    const { height, width, channels, kernel, padding } = geometry;
    const { top, left, bottom, right } = padding;
    const [paddedHeight, paddedWidth] = [top + height + bottom, left + width + right];
    const isPadded = top + left + bottom + right > 0;
    const isSmall = paddedHeight * paddedWidth <= 2 * height * width;
    if (!isPadded || !isSmall || kernel.width * channels > 8) return { address, geometry };
    const bytes = product('padded image', LARGEST, paddedHeight, paddedWidth, channels);
    const block = this.#memory.allocate('int8', product('padded images', LARGEST, images, bytes));
    const skip = (top * paddedWidth + left) * channels;
    const gap = (left + right) * channels;
    this.#kernels.padImages(
      ...[address, block.address, images, height, width * channels],
      ...[skip, gap, bytes, padValue],
    );
    const none = { top: 0, left: 0, bottom: 0, right: 0 };
    return {
      address: block.address,
      geometry: { ...geometry, height: paddedHeight, width: paddedWidth, padding: none },
    };
  }

  #checkPacked({ depth, columns, groups, block }: PackedWeights): number {
    const length = product('packed weights', LARGEST, groups, packedLength(depth, columns));
    return this.#memory.check('weights', block, 'int16', length);
  }

  #checkBias(bias: Block<'int32'> | null, length: number): number {
    return bias === null ? 0 : this.#memory.check('bias', bias, 'int32', length);
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
