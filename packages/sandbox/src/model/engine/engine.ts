import type { LinearLayer } from '../load/loaded-model.ts';

/** What running rows gives. */
export interface RowResults {
  /** outputBytes of each row. */
  readonly output: Uint8Array;
  /** The row record of each row: rowTraceBytes of each. */
  readonly trace: Uint8Array;
}

/** What follows from the accumulators of the checked layers. */
export interface DerivedRows {
  readonly output: Uint8Array;
  /** The input of a checked layer: all rows, NHWC. */
  readonly activations: (layer: LinearLayer) => Int8Array;
}

/** Sums over the rows of a chunk, each row times an element of the field of p = 2^61 − 1; a negative integer n counts as p + n. */
export interface LayerSums {
  /** Of what a checked layer takes: the cells of one row, NHWC. */
  readonly inputs: BigUint64Array;
  /** Of the accumulators that the records hold: [position][channel]. */
  readonly accumulators: BigUint64Array;
}

/** What follows from the accumulators of the checked layers, and sums by which they are checked. */
export interface FoldedRows {
  readonly output: Uint8Array;
  /** Of the checked layers, in the order of the nodes. */
  readonly sums: readonly LayerSums[];
}

/** Runs the rows of a chunk: all that a Worker needs. */
export interface RowEngine {
  run(input: Uint8Array): RowResults | Promise<RowResults>;
}

/** What a pool runs models on: our kernels, or `onnxruntime-node`, installed in a folder or where this package finds it. */
export type EngineChoice =
  | { readonly name: 'kernels' }
  | { readonly name: 'onnxruntime'; readonly folder?: string };

/**
 * Runs one model. Every engine gives the same bits. Inputs are whole rows that {@link refusedRows} lets through; how many are
 * in memory at a time is the engine's affair, but the results are in memory at once.
 */
export interface ModelEngine extends RowEngine {
  /** Everything computed: W, and whoever judges. */
  run(input: Uint8Array): RowResults;
  /**
   * V: takes the accumulators of the checked layers from the row records and computes all the rest, recomputed layers
   * included. Whether the records are right is not looked at: any bytes give outputs.
   *
   * @param trace - rowTraceBytes for each row
   */
  derive(input: Uint8Array, trace: Uint8Array): DerivedRows;
  /**
   * V: the same, with sums over the rows in the place of the activations, so that none of them has to leave the engine.
   *
   * @param scalars - one for each row, below p
   * @returns undefined where an accumulator is larger than its layer allows: no run gives it
   */
  fold(input: Uint8Array, trace: Uint8Array, scalars: BigUint64Array): FoldedRows | undefined;
}
