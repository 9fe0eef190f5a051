import type { Source } from '../../model/graph.ts';
import { MAX_WINDOW } from '../../model/limits.ts';
import { sweptWindow } from '../../model/load/geometry.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxMalformed, onnxTooLarge, onnxUnsupported } from '../../onnx/refusal.ts';
import type { FloatUnary } from '../network.ts';
import { Attributes } from './attributes.ts';
import { addAffine } from './linear.ts';
import type { Activation, Constant, Lowering } from './lowering.ts';
import { readSweep } from './windows.ts';

/** Relu, LeakyRelu and Clip. */
export function lowerActivation(to: Lowering, node: OnnxNode): void {
  const value = to.activation(node, 0);
  to.giveTensor(node, to.add(node, unary(to, node, value.source), to.shape(value)), value);
}

function unary(to: Lowering, node: OnnxNode, input: Source): FloatUnary {
  const attributes = new Attributes(node);
  if (node.operator === 'LeakyRelu') {
    const slope = attributes.float('alpha', 0.01);
    attributes.done();
    if (slope < 0) onnxUnsupported(node.name, 'its alpha is negative');
    return { op: 'leaky', input, slope };
  }
  if (node.operator === 'Relu') {
    attributes.done();
    return { op: 'clip', input, low: 0, high: Number.POSITIVE_INFINITY };
  }
  const bound = (name: string, at: number, otherwise: number) => {
    const constant = to.constant(node, at);
    return constant === undefined ? attributes.float(name, otherwise) : scalar(node, constant);
  };
  const low = bound('min', 1, Number.NEGATIVE_INFINITY);
  const high = bound('max', 2, Number.POSITIVE_INFINITY);
  attributes.done();
  if (low > high) onnxMalformed(node.name, 'its min is larger than its max');
  return { op: 'clip', input, low, high };
}

/** MaxPool and AveragePool. */
export function lowerPool(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const isMaximum = node.operator === 'MaxPool';
  const input = picture(to, node, isMaximum ? 'any' : 'float');
  const shape = to.shape(input);
  const sweep = readSweep(node, attributes, shape);
  const countPadding = attributes.int('count_include_pad', 0) !== 0;
  if (attributes.int('ceil_mode', 0) !== 0) onnxUnsupported(node.name, 'ceil_mode is not supported');
  attributes.ignore('storage_order');
  attributes.done();
  const { kernel, padding } = sweep;
  if (
    Math.max(padding.top, padding.bottom) >= kernel.height ||
    Math.max(padding.left, padding.right) >= kernel.width
  ) {
    onnxUnsupported(node.name, 'as much is added on a side as its kernel covers');
  }
  const op = isMaximum ? 'maxpool' : 'avgpool';
  const made = { op, input: input.source, ...sweep, countPadding } as const;
  // The largest of integers stands for what they stand for.
  const given = input.type === 'float' ? null : to.tensors[input.source]!.given;
  const source = to.add(node, made, { ...sweptWindow(shape, sweep), channels: shape.channels }, given);
  to.giveTensor(node, source, undefined, input.type);
}

/** GlobalAveragePool: the average of each channel. */
export function lowerGlobalPool(to: Lowering, node: OnnxNode): void {
  new Attributes(node).done();
  const input = picture(to, node);
  const { height, width, channels } = to.shape(input);
  if (Math.max(height, width) > MAX_WINDOW) onnxTooLarge(node.name, 'cells on a side of a pool', MAX_WINDOW);
  const made = {
    op: 'avgpool',
    input: input.source,
    kernel: { height, width },
    stride: { height: 1, width: 1 },
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
    countPadding: false,
  } as const;
  to.giveTensor(node, to.add(node, made, { height: 1, width: 1, channels }));
}

/** Add of two tensors, or of a constant for each channel (a bias). */
export function lowerAdd(to: Lowering, node: OnnxNode): void {
  new Attributes(node).done();
  const [first, second] = [to.value(node, 0), to.value(node, 1)];
  const constant = first?.kind === 'constant' ? first : second;
  if (constant?.kind === 'constant') {
    const input = to.activation(node, constant === first ? 1 : 0);
    const { channels } = to.shape(input);
    const terms = perChannel(to, node, input, constant);
    to.giveTensor(node, addAffine(to, node, input, new Float64Array(channels).fill(1), terms), input);
    return;
  }
  const [a, b] = [to.activation(node, 0), to.activation(node, 1)];
  const shape = to.shape(a);
  const other = to.shape(b);
  const alike =
    `${a.dimensions}` === `${b.dimensions}` && shape.height === other.height && shape.width === other.width;
  if (!alike) onnxUnsupported(node.name, 'its inputs differ in shape');
  to.giveTensor(node, to.add(node, { op: 'add', inputs: [a.source, b.source] }, shape), a);
}

/** Concat along the channels. */
export function lowerConcat(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const axis = attributes.int('axis', 1);
  attributes.done();
  const inputs = node.inputs.map((_, at) => to.activation(node, at));
  const [first] = inputs;
  if (first === undefined) onnxMalformed(node.name, 'it has no input');
  if (axis !== 1 && axis !== -first.dimensions.length)
    onnxUnsupported(node.name, `its axis is ${axis}, not 1`);
  const { height, width } = to.shape(first);
  let channels = 0;
  for (const input of inputs) {
    const shape = to.shape(input);
    const flat = input.dimensions.length === 1 && shape.height * shape.width > 1;
    const differs =
      input.dimensions.length !== first.dimensions.length || shape.height !== height || shape.width !== width;
    if (flat || differs)
      onnxUnsupported(node.name, 'its inputs differ in height or width, or are flattened pictures');
    channels += shape.channels;
  }
  const made = { op: 'concat', inputs: inputs.map(({ source }) => source) } as const;
  to.giveTensor(node, to.add(node, made, { height, width, channels }), first);
}

/** BatchNormalization: scale·(x − mean) / √(variance + epsilon) + bias. */
export function lowerBatchNormalization(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const epsilon = attributes.float('epsilon', 1e-5);
  if (attributes.int('training_mode', 0) !== 0) onnxUnsupported(node.name, 'it is in training mode');
  attributes.ignore('momentum', 'spatial');
  attributes.done();
  const input = to.activation(node, 0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((at) =>
    perChannel(to, node, input, to.needConstant(node, at)),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const factors = scale.map((value, at) => value / Math.sqrt(variance[at]! + epsilon));
  if (!factors.every(Number.isFinite)) onnxMalformed(node.name, 'a variance is not positive');
  const terms = bias.map((value, at) => value - mean[at]! * factors[at]!);
  to.giveTensor(node, addAffine(to, node, input, factors, terms), input);
}

function picture(to: Lowering, node: OnnxNode, type: 'float' | 'any' = 'float'): Activation {
  const input = to.activation(node, 0, type);
  if (input.dimensions.length !== 3) onnxUnsupported(node.name, 'its input has no height and width');
  return input;
}

/** A constant of one value, or of one for each channel. */
function perChannel(
  to: Lowering,
  node: OnnxNode,
  input: Activation,
  { values, dimensions }: Constant,
): Float64Array {
  const { height, width, channels } = to.shape(input);
  const flat = input.dimensions.length === 1;
  // [C], [1, C] beside a vector; [C] (BatchNormalization), [C, 1, 1], [1, C, 1, 1] beside a picture
  const place =
    flat || node.operator === 'BatchNormalization' ? dimensions.length - 1 : dimensions.length - 3;
  const fits = values.length === 1 || (values.length === channels && dimensions[place] === channels);
  if (!fits || (flat && height * width > 1)) {
    onnxUnsupported(node.name, 'its constant has neither one value nor one for each channel');
  }
  to.reserve(node, channels);
  return Float64Array.from({ length: channels }, (_, at) => values[values.length === 1 ? 0 : at]!);
}

function scalar(node: OnnxNode, { values }: Constant): number {
  if (values.length !== 1) onnxMalformed(node.name, 'a bound is no single number');
  return values[0]!;
}
