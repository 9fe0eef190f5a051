import { malformed, type Place } from '../file/fields.ts';
import type {
  AvgPoolNode,
  ConvNode,
  GemmNode,
  MaxPoolNode,
  ModelNode,
  ReshapeNode,
  Shape,
} from '../graph.ts';
import { MAX_CLASSES } from '../limits.ts';
import { accumulatorRange, type Range } from './accumulators.ts';
import { cellsOf, type Sweep, sweptWindow } from './geometry.ts';
import type { Tensor, TensorType } from './loaded-model.ts';

/** Range of what is clamped to an int8 only. */
const INT8: Range = { low: -128, high: 127 };

/**
 * The tensor that a node makes of its inputs.
 *
 * @param inputs - in the order of the node
 * @throws SandboxError `model-malformed` where the node does not fit its inputs, `accumulator-overflow`
 */
export function inferTensor(node: ModelNode, inputs: readonly Tensor[], place: Place): Tensor {
  const input = inputs[0]!;
  switch (node.op) {
    case 'conv':
      needInt8(input, place);
      return tensor(convShape(node, input, place), 'int32', accumulatorRange(node, input, place));
    case 'gemm':
      needInt8(input, place);
      return tensor(gemmShape(node, input, place), 'int32', accumulatorRange(node, input, place));
    case 'requant':
      if (input.type !== 'int32') malformed(place, 'its input is not int32', 'input');
      needCount(node.multipliers, input.shape.channels, 'multipliers', place);
      if (node.negative !== null) needCount(node.negative, input.shape.channels, 'negative', place);
      return tensor(input.shape, 'int8', node);
    case 'table':
      needInt8(input, place);
      needCount(node.table, 256, 'table', place);
      return tensor(input.shape, 'int8', tableRange(node.table, input));
    case 'maxpool':
      needInt8(input, place);
      return tensor(poolShape(node, input, place), 'int8', input);
    case 'avgpool':
      needInt8(input, place);
      needCount(node.multipliers, node.kernel.height * node.kernel.width, 'multipliers', place);
      return tensor(poolShape(node, input, place), 'int8', INT8);
    case 'add':
      return tensor(addShape(inputs, place), 'int8', node);
    case 'concat':
      return tensor(concatShape(inputs, place), 'int8', INT8);
    case 'reshape':
      return reshaped(node, input, place);
    case 'argmax':
      needVector(input, place);
      return tensor({ height: 1, width: 1, channels: 1 }, 'index', { low: 0, high: input.length - 1 });
  }
}

/** A tensor of the graph; also the one of the model's input. */
export function tensor(shape: Shape, type: TensorType, { low, high }: Range): Tensor {
  return { shape, length: cellsOf(shape), type, low, high };
}

function convShape(node: ConvNode, { shape }: Tensor, place: Place): Shape {
  const { groups, kernel, weights, bias } = node;
  const outputs = bias.length;
  if (shape.channels % groups !== 0 || outputs === 0 || outputs % groups !== 0) {
    malformed(place, `${groups} groups do not divide ${shape.channels} and ${outputs} channels`, 'groups');
  }
  const expected = kernel.height * kernel.width * (shape.channels / groups) * outputs;
  needCount(weights, expected, 'weights', place);
  return { ...fitted(shape, node, place), channels: outputs };
}

function gemmShape({ weights, bias }: GemmNode, { length }: Tensor, place: Place): Shape {
  if (bias.length === 0) malformed(place, 'it has no output', 'bias');
  needCount(weights, length * bias.length, 'weights', place);
  return { height: 1, width: 1, channels: bias.length };
}

/** Each place of the window covers a cell of the tensor itself: less is added on a side than the kernel covers. */
function poolShape(node: MaxPoolNode | AvgPoolNode, { shape }: Tensor, place: Place): Shape {
  const { kernel, padding } = node;
  if (
    Math.max(padding.top, padding.bottom) >= kernel.height ||
    Math.max(padding.left, padding.right) >= kernel.width
  ) {
    malformed(place, 'as much is added on a side as the kernel covers', 'padding');
  }
  return { ...fitted(shape, node, place), channels: shape.channels };
}

function fitted(shape: Shape, sweep: Sweep, place: Place) {
  const swept = sweptWindow(shape, sweep);
  if (swept.height < 1 || swept.width < 1) malformed(place, 'the kernel is larger than its input', 'kernel');
  return swept;
}

function addShape(inputs: readonly Tensor[], place: Place): Shape {
  const [a, b] = inputs as readonly [Tensor, Tensor];
  needInt8(a, place);
  needInt8(b, place);
  if (!sameSides(a.shape, b.shape) || a.shape.channels !== b.shape.channels) {
    malformed(place, 'its inputs differ in shape', 'inputs');
  }
  return a.shape;
}

function concatShape(inputs: readonly Tensor[], place: Place): Shape {
  const { shape } = inputs[0]!;
  for (const input of inputs) {
    needInt8(input, place);
    if (!sameSides(input.shape, shape)) malformed(place, 'its inputs differ in height or width', 'inputs');
  }
  return { ...shape, channels: inputs.reduce((channels, input) => channels + input.shape.channels, 0) };
}

function reshaped({ shape }: ReshapeNode, input: Tensor, place: Place): Tensor {
  if (input.type === 'index') malformed(place, 'its input is an index', 'input');
  if (cellsOf(shape) !== input.length) malformed(place, `its input has ${input.length} cells`, 'shape');
  return tensor(shape, input.type, input);
}

function tableRange(table: Int8Array, { low, high }: Tensor): Range {
  const reachable = table.subarray(low + 128, high + 129);
  return {
    low: reachable.reduce((a, b) => Math.min(a, b)),
    high: reachable.reduce((a, b) => Math.max(a, b)),
  };
}

function needInt8({ type }: Tensor, place: Place): void {
  if (type !== 'int8') malformed(place, `its input is ${type}, not int8`, 'input');
}

function needVector({ shape, type }: Tensor, place: Place): void {
  if (type === 'index') malformed(place, 'its input is an index', 'input');
  if (shape.height !== 1 || shape.width !== 1 || shape.channels > MAX_CLASSES) {
    malformed(place, `its input is no vector of at most ${MAX_CLASSES} channels`, 'input');
  }
}

function needCount(values: { readonly length: number }, count: number, field: string, place: Place): void {
  if (values.length !== count) {
    malformed(place, `'${field}' has ${values.length} values where ${count} are needed`, field);
  }
}

function sameSides(a: Shape, b: Shape): boolean {
  return a.height === b.height && a.width === b.width;
}
