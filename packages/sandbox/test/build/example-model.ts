import {
  type ConvNode,
  encodeModel,
  type GemmNode,
  type LoadedModel,
  loadModel,
  type Model,
  type ModelNode,
  type Padding,
  SandboxError,
  type Shape,
  type Window,
} from '../../src/index.ts';

export const ONE: Window = { height: 1, width: 1 };
export const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

/** One node of every operator, on a 2×2×2 input; small numbers, so that a change of one field is the only thing wrong. */
export function everyOperator(): Model {
  const nodes: readonly ModelNode[] = [
    {
      op: 'conv',
      input: 0,
      weights: Int8Array.of(1, 2, 3, 4),
      bias: Int32Array.of(5, -6),
      kernel: ONE,
      stride: ONE,
      padding: NO_PADDING,
      groups: 1,
      padValue: 0,
    },
    {
      op: 'requant',
      input: 1,
      multipliers: Int32Array.of(1 << 20, 1 << 21),
      negative: Int32Array.of(1 << 18, 1 << 19),
      shift: 21,
      zeroPoint: 1,
      low: -100,
      high: 100,
    },
    { op: 'table', input: 2, table: Int8Array.from({ length: 256 }, (_, at) => 127 - at) },
    { op: 'maxpool', input: 3, kernel: ONE, stride: ONE, padding: NO_PADDING },
    {
      op: 'avgpool',
      input: 4,
      kernel: ONE,
      stride: ONE,
      padding: NO_PADDING,
      inputZeroPoint: 0,
      multipliers: Int32Array.of(1 << 30),
      shift: 30,
      zeroPoint: 0,
      countPadding: false,
    },
    {
      op: 'add',
      inputs: [5, 0],
      inputZeroPoints: [0, 1],
      multipliers: [1 << 29, 1 << 28],
      shift: 30,
      zeroPoint: 2,
      low: -128,
      high: 127,
    },
    {
      op: 'concat',
      inputs: [6, 0],
      inputZeroPoints: [2, 0],
      multipliers: [1 << 30, 1 << 30],
      shift: 30,
      zeroPoint: 0,
    },
    { op: 'reshape', input: 7, shape: { height: 1, width: 1, channels: 16 } },
    {
      op: 'gemm',
      input: 8,
      weights: Int8Array.from({ length: 48 }, (_, at) => (at % 7) - 3),
      bias: Int32Array.of(1, 2, 3),
    },
    { op: 'argmax', input: 9 },
  ];
  return {
    input: { shape: { height: 2, width: 2, channels: 2 }, zeroPoint: 0, low: -128, high: 127 },
    nodes,
    output: nodes.length,
    scales: { input: 0.5, output: 2 },
  };
}

export const load = (model: Model): LoadedModel => loadModel(encodeModel(model));
export const vector = (channels: number): Shape => ({ height: 1, width: 1, channels });
/** A model whose output is that of its last node; its input can be any int8. */
export const modelOf = (shape: Shape, ...nodes: readonly ModelNode[]): Model => ({
  input: { shape, zeroPoint: 0, low: -128, high: 127 },
  nodes,
  output: nodes.length,
});
export const gemm = (K: number, N: number, weight: number, bias = 0): GemmNode => ({
  op: 'gemm',
  input: 0,
  weights: new Int8Array(K * N).fill(weight),
  bias: new Int32Array(N).fill(bias),
});
export const conv = (change: Partial<ConvNode>): ConvNode => ({
  op: 'conv',
  input: 0,
  weights: new Int8Array(4),
  bias: new Int32Array(2),
  kernel: ONE,
  stride: ONE,
  padding: NO_PADDING,
  groups: 1,
  padValue: 0,
  ...change,
});
/** How loading fails. */
export function refusal(model: Model): SandboxError {
  try {
    load(model);
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
  throw new Error('the model was loaded');
}
