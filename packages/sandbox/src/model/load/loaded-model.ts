import type { Model, Shape } from '../graph.ts';

/** A layer of sums of products, with what its accumulators can be. */
export interface LinearLayer {
  /** Index of its node. */
  readonly node: number;
  readonly kind: 'conv' | 'gemm';
  /** Products of one sum: kernel height · kernel width · input channels / groups, or the length of the input. */
  readonly K: number;
  /** Output channels. */
  readonly N: number;
  /** Height · width of its output. */
  readonly positions: number;
  /**
   * Whether the scheme `freivalds` checks it by projections: groups = 1 and K·N ≥ 16·(K + N). Its accumulators are then part of
   * the row record. Every other layer costs less to compute than to check.
   */
  readonly checked: boolean;
  /** Largest absolute value that an accumulator can have, at most 2^31 − 1. */
  readonly bound: number;
  /** Bytes of one accumulator in a row record: 2, 3 or 4. */
  readonly accBytes: 2 | 3 | 4;
  /** Where its accumulators begin in the row record; 0 where it is not checked. */
  readonly offset: number;
}

/** What the values of a node's output are. */
export type TensorType = 'int8' | 'int32' | 'index';

/** A tensor of the graph: what one row of it is. */
export interface Tensor {
  readonly shape: Shape;
  /** Cells of one row. */
  readonly length: number;
  readonly type: TensorType;
  /** Least and largest value that a cell can have, whatever the input. */
  readonly low: number;
  readonly high: number;
}

/** A model file that was read and found good. */
export interface LoadedModel {
  readonly model: Model;
  /** By source: 0 the input, i + 1 the output of the node i. */
  readonly tensors: readonly Tensor[];
  /** Bytes of one row of a chunk. */
  readonly inputBytes: number;
  /** Bytes of one row of the output. */
  readonly outputBytes: number;
  /** Bytes of a row record; 0 where no layer is checked. */
  readonly rowTraceBytes: number;
  /** Products of weights and activations for one row. */
  readonly macs: number;
  /** These products, and the cells under all windows of pools. */
  readonly steps: number;
  /** Weights and biases. */
  readonly parameters: number;
  /** Whether all weights are in −64..63, which fast engines of x86 need. */
  readonly sevenBit: boolean;
  /** In the order of the nodes. */
  readonly linear: readonly LinearLayer[];
  /** Bytes that the tensors of one row take in an engine. */
  readonly rowBytes: number;
  /** Pages of 64 KiB that a contract must allow for running it: the model four times, and the tensors of one row twice. */
  readonly memoryPages: number;
}
