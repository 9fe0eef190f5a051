import type { Padding, Shape, Source, Window } from '../model/graph.ts';

/** What an int8 stands for: scale·(q − zeroPoint). */
export interface Quantisation {
  /** Positive. */
  readonly scale: number;
  /** int8. */
  readonly zeroPoint: number;
}

/** Convolution with weights [kernel height][kernel width][input channels / groups][output channels]. */
export interface FloatConv {
  readonly op: 'conv';
  readonly input: Source;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
  readonly groups: number;
  /** What one step of the weights of each output channel stands for where the network says it; null: to be chosen. */
  readonly scales: Float64Array | null;
}

/** Matrix product with weights [K][N], K being the cells of the input in NHWC order. */
export interface FloatGemm {
  readonly op: 'gemm';
  readonly input: Source;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly scales: Float64Array | null;
}

/** A pool. */
export interface FloatPool {
  readonly op: 'maxpool' | 'avgpool';
  readonly input: Source;
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
  /** Whether an average counts the cells that were added. */
  readonly countPadding: boolean;
}

/** A function of one value: bounds, another slope below zero, or nothing (the same value in another quantisation). */
export type FloatUnary =
  | { readonly op: 'clip'; readonly input: Source; readonly low: number; readonly high: number }
  | { readonly op: 'leaky'; readonly input: Source; readonly slope: number }
  | { readonly op: 'identity'; readonly input: Source };

export type FloatNode =
  | FloatConv
  | FloatGemm
  | FloatPool
  | FloatUnary
  | { readonly op: 'add' | 'concat'; readonly inputs: readonly Source[] }
  | { readonly op: 'reshape'; readonly input: Source; readonly shape: Shape };

/** A tensor of one row. */
export interface FloatTensor {
  /** Of the ONNX node that made it, for messages. */
  readonly name: string;
  readonly shape: Shape;
  /** What the network says about its quantisation; null: to be chosen by calibration. */
  readonly given: Quantisation | null;
}

/**
 * A network over real values, row by row in NHWC order, with the operators of a model but no rounding: what an ONNX file is read
 * into, what the reference computes, and what a model is made of. As in a model, 0 is the input and i + 1 what nodes[i] gives.
 */
export interface Network {
  /** tensors[0].given is never null: what the bytes of a row, each less 128, stand for. */
  readonly tensors: readonly FloatTensor[];
  readonly nodes: readonly FloatNode[];
  /** The tensor that the network is about: logits of classes, usually. */
  readonly output: Source;
  /** Whether the network itself ends with the number of the largest one. */
  readonly argmax: boolean;
}

/** The tensors that a node takes. */
export function networkInputs(node: FloatNode): readonly Source[] {
  return 'inputs' in node ? node.inputs : [node.input];
}
