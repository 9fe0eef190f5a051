import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';
import type { Quantisation } from '../network.ts';
import { Attributes } from './attributes.ts';
import { addConv, addProduct, PLAIN } from './linear.ts';
import type { Activation, Constant, Lowering } from './lowering.ts';

/** What an int8 or uint8 of a node stands for, as our int8: a uint8 less 128. */
interface Stated {
  readonly type: 'int8' | 'uint8';
  readonly quantisation: Quantisation;
}

/** QuantizeLinear: says how a tensor is quantised. */
export function lowerQuantize(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  attributes.ignore('axis', 'saturate');
  attributes.done();
  const input = to.activation(node, 0);
  giveQuantised(to, node, input.source, stated(to, node, 1, 2), input);
}

/** DequantizeLinear: of a constant, its real values; of a tensor, the tensor. */
export function lowerDequantize(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const axis = attributes.int('axis', 1);
  attributes.done();
  const value = to.value(node, 0);
  if (value?.kind === 'constant') {
    to.give(node, dequantised(to, node, value, to.needConstant(node, 1), to.constant(node, 2), axis));
    return;
  }
  const input = to.activation(node, 0, 'any');
  const { type, quantisation } = stated(to, node, 1, 2);
  if (input.type === 'float') onnxMalformed(node.name, 'its input is not quantised');
  if (input.type !== type) onnxMalformed(node.name, `its input is ${input.type}, not ${type}`);
  to.give(node, { ...input, source: to.quantised(node, input.source, quantisation), type: 'float' });
}

/** QLinearConv: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B. */
export function lowerQLinearConv(to: Lowering, node: OnnxNode): void {
  const input = statedInput(to, node);
  const weights = dequantised(
    to,
    node,
    to.needConstant(node, 3),
    to.needConstant(node, 4),
    to.constant(node, 5),
    0,
  );
  const bias = to.constant(node, 8);
  const step = to.tensors[input.source]!.given!.scale;
  const { scales } = weights.steps!;
  const real =
    bias === undefined
      ? undefined
      : {
          ...bias,
          values: Array.from(
            bias.values,
            (value, at) => value * step * scales[scales.length === 1 ? 0 : at]!,
          ),
        };
  giveQuantised(to, node, addConv(to, node, input, weights, real), stated(to, node, 6, 7));
}

/** QLinearMatMul: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point. */
export function lowerQLinearMatMul(to: Lowering, node: OnnxNode): void {
  new Attributes(node).done();
  const input = statedInput(to, node);
  const matrix = dequantised(
    to,
    node,
    to.needConstant(node, 3),
    to.needConstant(node, 4),
    to.constant(node, 5),
    1,
  );
  giveQuantised(to, node, addProduct(to, node, input, matrix, PLAIN), stated(to, node, 6, 7), input);
}

/** The first input, quantised as the two after it say. */
function statedInput(to: Lowering, node: OnnxNode): Activation {
  const input = to.activation(node, 0, 'quantised');
  const { type, quantisation } = stated(to, node, 1, 2);
  if (input.type !== type) onnxMalformed(node.name, `its input is ${input.type}, not ${type}`);
  return { ...input, source: to.quantised(node, input.source, quantisation) };
}

function giveQuantised(
  to: Lowering,
  node: OnnxNode,
  source: number,
  { type, quantisation }: Stated,
  like?: Activation,
): void {
  const made = to.quantised(node, source, quantisation);
  const { height, width, channels } = to.tensors[made]!.shape;
  const dimensions = like === undefined ? [channels, height, width] : like.dimensions;
  to.give(node, { kind: 'activation', source: made, dimensions, type, normalised: false });
}

/** Scale and zero point of a tensor; without a zero point it is the uint8 0. */
function stated(to: Lowering, node: OnnxNode, scaleAt: number, zeroAt: number): Stated {
  const scale = to.needConstant(node, scaleAt);
  const zero = to.constant(node, zeroAt);
  if (scale.values.length !== 1 || (zero !== undefined && zero.values.length !== 1)) {
    onnxUnsupported(node.name, 'a tensor has one scale and one zero point');
  }
  const type = zero === undefined ? 'uint8' : zero.type;
  if (type !== 'int8' && type !== 'uint8')
    onnxUnsupported(node.name, `it quantises to ${type}, not to int8 or uint8`);
  const zeroPoint = (zero?.values[0] ?? 0) - (type === 'uint8' ? 128 : 0);
  return { type, quantisation: { scale: positive(node, scale.values[0]!), zeroPoint } };
}

/** scale·(q − zero) of a constant. */
function dequantised(
  to: Lowering,
  node: OnnxNode,
  { type, dimensions, values }: Constant,
  scale: Constant,
  zero: Constant | undefined,
  axis: number,
): Constant {
  const scales = Array.from(scale.values, (value) => positive(node, value));
  if (type === 'float' || type === 'int64')
    onnxMalformed(node.name, `a constant of the type ${type} is not quantised`);
  if (zero !== undefined && zero.values.length !== scales.length) {
    onnxMalformed(node.name, 'it has not as many zero points as scales');
  }
  const along = axis < 0 ? axis + dimensions.length : axis;
  const many = scales.length > 1;
  if (many && scales.length !== dimensions[along]) onnxMalformed(node.name, 'its scales do not fit the axis');
  const inner = dimensions.slice(along + 1).reduce((product, size) => product * size, 1);
  to.reserve(node, values.length);
  const real = Float64Array.from(values, (value, at) => {
    const place = many ? Math.floor(at / inner) % scales.length : 0;
    const centred = value - (zero?.values[place] ?? 0);
    if (type !== 'int32' && (centred < -128 || centred > 127)) {
      onnxUnsupported(node.name, 'a weight less its zero point is no int8');
    }
    return centred * scales[place]!;
  });
  return { kind: 'constant', type: 'float', dimensions, values: real, steps: { scales, axis: along } };
}

function positive(node: OnnxNode, scale: number): number {
  if (!(scale > 0)) onnxMalformed(node.name, 'a scale is not positive');
  return scale;
}
