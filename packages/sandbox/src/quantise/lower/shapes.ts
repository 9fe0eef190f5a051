import type { Shape } from '../../model/graph.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';
import { Attributes } from './attributes.ts';
import type { Activation, Lowering } from './lowering.ts';

/** Identity, and Dropout, which only acts in training. */
export function lowerIdentity(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  attributes.ignore('ratio', 'seed');
  attributes.done();
  const value = to.value(node, 0);
  if (value === undefined) onnxMalformed(node.name, 'it has no input 1');
  to.give(node, value);
}

/** Constant. */
export function lowerConstant(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const tensor = attributes.tensor('value');
  attributes.done();
  if (tensor === undefined) onnxUnsupported(node.name, 'its value is no tensor');
  to.give(node, { kind: 'constant', ...tensor, steps: null });
}

/** Flatten from the axis 1: the tensor stays as it is, and a product with it knows the order. */
export function lowerFlatten(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const axis = attributes.int('axis', 1);
  attributes.done();
  const input = to.activation(node, 0, 'any');
  if (axis !== 1 && axis !== -input.dimensions.length)
    onnxUnsupported(node.name, `its axis is ${axis}, not 1`);
  to.give(node, { ...input, dimensions: [count(input)] });
}

/** Reshape to a vector, or from a vector to a picture, where the order of the values stays. */
export function lowerReshape(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  if (attributes.int('allowzero', 0) !== 0) onnxUnsupported(node.name, 'allowzero is not supported');
  attributes.done();
  const input = to.activation(node, 0, 'any');
  const dimensions = wanted(to, node, input, Array.from(to.needConstant(node, 1).values));
  if (dimensions.length === 1) {
    to.give(node, { ...input, dimensions });
    return;
  }
  if (dimensions.length !== 3)
    onnxUnsupported(node.name, `its shape has ${dimensions.length + 1} dimensions, not 2 or 4`);
  const [channels, height, width] = dimensions as [number, number, number];
  const shape = { height, width, channels };
  const now = to.shape(input);
  if (now.height === height && now.width === width && now.channels === channels) {
    to.give(node, { ...input, dimensions });
    return;
  }
  // The order of ONNX is channels, height, width; that of a tensor height, width, channels.
  if (!sameOrder(shape) || !sameOrder(now)) {
    onnxUnsupported(
      node.name,
      'it would bring the values into another order (channels first, channels last)',
    );
  }
  const { given } = to.tensors[input.source]!;
  const source = to.add(node, { op: 'reshape', input: input.source, shape }, shape, given);
  to.give(node, { ...input, source, dimensions });
}

/** Softmax at the end: it does not change which one is the largest. */
export function lowerSoftmax(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const axis = attributes.int('axis', to.opset < 13 ? 1 : -1);
  attributes.done();
  const input = to.activation(node, 0);
  needVector(to, node, input, axis);
  to.give(node, { ...input, normalised: true });
}

/** ArgMax at the end. */
export function lowerArgMax(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const axis = attributes.int('axis', 0);
  if (attributes.int('select_last_index', 0) !== 0) {
    onnxUnsupported(node.name, 'select_last_index is not supported: the lowest index wins');
  }
  attributes.ignore('keepdims');
  attributes.done();
  const value = to.value(node, 0);
  const normalised = value?.kind === 'activation' && value.normalised;
  const input = normalised ? value : to.activation(node, 0, 'any');
  needVector(to, node, input, axis);
  to.give(node, { kind: 'index', of: input });
}

function needVector(to: Lowering, node: OnnxNode, input: Activation, axis: number): void {
  const { height, width } = to.shape(input);
  const vector = input.dimensions.length === 1 && height * width === 1;
  if (!vector || (axis !== 1 && axis !== -1))
    onnxUnsupported(node.name, 'it is supported for vectors only, along their values');
}

/** The dimensions behind the batch that a shape asks for: 0 keeps one, −1 is what remains. */
function wanted(
  to: Lowering,
  node: OnnxNode,
  input: Activation,
  shape: readonly number[],
): readonly number[] {
  const [batch, ...rest] = shape;
  if (batch === undefined) return onnxMalformed(node.name, 'its shape is empty');
  const all = count(input);
  const sizes = rest.map((size, at) => (size === 0 ? (input.dimensions[at] ?? 0) : size));
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const free = sizes.filter((size) => size === -1).length;
  const filled = sizes.map((size) => (size === -1 ? all / known : size));
  const rowsKept = batch === 0 || batch === -1 || (batch === 1 && to.batch === 1);
  const fits = filled.every((size) => Number.isSafeInteger(size) && size > 0);
  if (!rowsKept || free > (batch === -1 ? 0 : 1) || !fits || filled.reduce((a, b) => a * b, 1) !== all) {
    onnxUnsupported(node.name, `its shape ${shape.join('×')} does not keep the rows of a batch apart`);
  }
  return filled;
}

function count({ dimensions }: Activation): number {
  return dimensions.reduce((product, size) => product * size, 1);
}

function sameOrder({ height, width, channels }: Shape): boolean {
  return channels === 1 || height * width === 1;
}
