import type { Padding, Shape, Source } from '../../model/graph.ts';
import { sweptWindow } from '../../model/load/geometry.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';
import { Attributes } from './attributes.ts';
import type { Activation, Constant, Lowering } from './lowering.ts';
import { readSweep } from './windows.ts';

const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };
const ONE = { height: 1, width: 1 };

/** Conv: weights [output][input / group][row][column] become [row][column][input / group][output]. */
export function lowerConv(to: Lowering, node: OnnxNode): void {
  const input = to.activation(node, 0);
  to.giveTensor(node, addConv(to, node, input, to.needConstant(node, 1), to.constant(node, 2)));
}

/** The convolution of a tensor with given weights; the attributes are those of the node. */
export function addConv(
  to: Lowering,
  node: OnnxNode,
  input: Activation,
  weights: Constant,
  bias: Constant | undefined,
): Source {
  const attributes = new Attributes(node);
  const shape = to.shape(input);
  if (input.dimensions.length !== 3 || weights.dimensions.length !== 4) {
    onnxUnsupported(node.name, 'only convolutions over height and width are supported');
  }
  const [outputs, inputs, height, width] = weights.dimensions as [number, number, number, number];
  const groups = attributes.int('group', 1);
  const sweep = readSweep(node, attributes, shape, { height, width });
  attributes.done();
  if (groups < 1 || inputs * groups !== shape.channels || outputs < 1 || outputs % groups !== 0) {
    onnxMalformed(node.name, `its weights do not fit ${shape.channels} channels in ${groups} groups`);
  }
  const cells = height * width;
  to.reserve(node, weights.values.length);
  const permuted = new Float64Array(weights.values.length);
  for (let o = 0, at = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let cell = 0; cell < cells; cell++)
        permuted[(cell * inputs + i) * outputs + o] = weights.values[at++]!;
  const made = {
    op: 'conv',
    input: input.source,
    weights: permuted,
    bias: biasOf(node, bias, outputs, 1),
    ...sweep,
    groups,
    scales: scalesOf(node, weights, 0, outputs),
  } as const;
  return to.add(node, made, { ...sweptWindow(shape, sweep), channels: outputs });
}

/** Gemm: alpha·A·B + beta·C with constant B and C. */
export function lowerGemm(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const input = to.activation(node, 0);
  const alpha = attributes.float('alpha', 1);
  const beta = attributes.float('beta', 1);
  if (attributes.int('transA', 0) !== 0) {
    onnxUnsupported(node.name, 'transA would mix the rows of a batch');
  }
  const transposed = attributes.int('transB', 0) !== 0;
  attributes.done();
  to.giveTensor(
    node,
    addProduct(to, node, input, to.needConstant(node, 1), {
      bias: to.constant(node, 2),
      transposed,
      alpha,
      beta,
    }),
    input,
  );
}

/** MatMul with a constant matrix. */
export function lowerMatMul(to: Lowering, node: OnnxNode): void {
  new Attributes(node).done();
  const input = to.activation(node, 0);
  to.giveTensor(node, addProduct(to, node, input, to.needConstant(node, 1), PLAIN), input);
}

/** How a product is more than A·B. */
interface ProductOptions {
  readonly bias: Constant | undefined;
  /** Whether the matrix is [N][K]. */
  readonly transposed: boolean;
  readonly alpha: number;
  readonly beta: number;
}

/** A·B. */
export const PLAIN: ProductOptions = { bias: undefined, transposed: false, alpha: 1, beta: 1 };

/** The product of a vector with a matrix, whose rows are brought from the order of ONNX (CHW) into that of the tensor (HWC). */
export function addProduct(
  to: Lowering,
  node: OnnxNode,
  input: Activation,
  matrix: Constant,
  { bias, transposed, alpha, beta }: ProductOptions,
): Source {
  if (input.dimensions.length !== 1 || matrix.dimensions.length !== 2) {
    onnxUnsupported(node.name, 'only products of a vector with a matrix are supported; flatten its input');
  }
  const [K, N] = (transposed ? matrix.dimensions.toReversed() : matrix.dimensions) as [number, number];
  if (K !== input.dimensions[0] || N < 1)
    onnxMalformed(node.name, `its matrix has ${K} rows for ${input.dimensions[0]} values`);
  const { height, width, channels } = to.shape(input);
  to.reserve(node, K * N);
  const weights = new Float64Array(K * N);
  const cells = height * width;
  for (let channel = 0, k = 0; channel < channels; channel++)
    for (let cell = 0; cell < cells; cell++, k++)
      for (let n = 0; n < N; n++)
        weights[(cell * channels + channel) * N + n] =
          alpha * matrix.values[transposed ? n * K + k : k * N + n]!;
  const scales =
    scalesOf(node, matrix, transposed ? 0 : 1, N)?.map((scale) => scale * Math.abs(alpha)) ?? null;
  const made = {
    op: 'gemm',
    input: input.source,
    weights,
    bias: biasOf(node, bias, N, beta),
    scales,
  } as const;
  return to.add(node, made, { height: 1, width: 1, channels: N });
}

function biasOf(node: OnnxNode, bias: Constant | undefined, count: number, factor: number): Float64Array {
  if (bias === undefined) return new Float64Array(count);
  const { values } = bias;
  if (values.length !== count && values.length !== 1) {
    onnxMalformed(node.name, `it has ${values.length} biases for ${count} channels`);
  }
  return Float64Array.from({ length: count }, (_, at) => factor * values[values.length === 1 ? 0 : at]!);
}

/** What one step of each output channel stands for, where the weights were dequantised. */
function scalesOf(
  node: OnnxNode,
  { steps, dimensions }: Constant,
  axis: number,
  outputs: number,
): Float64Array | null {
  if (steps === null) return null;
  const { scales } = steps;
  if (scales.length === 1) return new Float64Array(outputs).fill(scales[0]!);
  const along = steps.axis < 0 ? steps.axis + dimensions.length : steps.axis;
  if (along !== axis || scales.length !== outputs) {
    onnxUnsupported(node.name, 'its weights have scales along another axis than that of its outputs');
  }
  return Float64Array.from(scales);
}

/**
 * factor·x + term, channel by channel: folded into the linear node that gives x, where nothing else takes x; else a depthwise
 * convolution of one cell.
 */
export function addAffine(
  to: Lowering,
  node: OnnxNode,
  input: Activation,
  factors: Float64Array,
  terms: Float64Array,
): Source {
  const { source } = input;
  const before = to.nodes[source - 1];
  const N = factors.length;
  const alone = to.once(node.inputs.find((name) => to.values.get(name) === input) ?? '');
  const free = to.tensors[source]!.given === null;
  const kept = factors.every((factor) => factor === 1);
  if (before !== undefined && 'weights' in before && alone && free && (before.scales === null || kept)) {
    const weights = before.weights.map((weight, at) => weight * factors[at % N]!);
    const bias = before.bias.map((value, at) => value * factors[at]! + terms[at]!);
    to.nodes[source - 1] = { ...before, weights, bias };
    return source;
  }
  const shape: Shape = to.shape(input);
  const made = {
    op: 'conv',
    input: source,
    kernel: ONE,
    stride: ONE,
    padding: NO_PADDING,
    scales: null,
  } as const;
  return to.add(node, { ...made, weights: factors, bias: terms, groups: N }, shape);
}
