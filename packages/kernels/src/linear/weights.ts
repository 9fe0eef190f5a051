import type { Block } from '../memory/block.ts';

/** Weights of a linear layer in the order in which the inner loop reads them (assembly/pack.ts). */
export interface PackedWeights {
  readonly kind: 'packed';
  /** Rows of the matrix of a group: values of its input that each sum has. */
  readonly depth: number;
  /** Columns of the matrix of a group: sums that it gives. */
  readonly columns: number;
  /** 1 except for a grouped convolution; the matrices of the groups follow each other. */
  readonly groups: number;
  /** Where it is: for each group ⌈columns / 8⌉ panels of 8 columns, the depth rounded up to 4. */
  readonly block: Block<'int16'>;
}

/** Weights of a convolution in which each channel sees only itself. */
export interface DepthwiseWeights {
  readonly kind: 'depthwise';
  /** Cells of the kernel. */
  readonly depth: number;
  readonly channels: number;
  /** int8 [depth][channels]. */
  readonly block: Block<'int8'>;
}

/** Depth as stored: rounded up to 4, the step of the inner loop. */
export function paddedDepth(depth: number): number {
  return Math.ceil(depth / 4) * 4;
}

/** int16 values of the packed matrix of one group. */
export function packedLength(depth: number, columns: number): number {
  return paddedDepth(depth) * Math.ceil(columns / 8) * 8;
}
