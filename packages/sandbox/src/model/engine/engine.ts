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

/**
 * Runs one model. Every engine gives the same bits. Inputs are whole rows that {@link refusedRows} lets through; how many are
 * in memory at a time is the engine's affair, but the results are in memory at once.
 */
export interface ModelEngine {
  /** Everything computed: W, and whoever judges. */
  run(input: Uint8Array): RowResults;
  /**
   * V: takes the accumulators of the checked layers from the row records and computes all the rest, recomputed layers
   * included. Whether the records are right is not looked at: any bytes give outputs.
   *
   * @param trace - rowTraceBytes for each row
   */
  derive(input: Uint8Array, trace: Uint8Array): DerivedRows;
}
