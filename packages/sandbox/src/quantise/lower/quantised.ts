import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';
import type { Quantisation } from '../network.ts';
import { Attributes } from './attributes.ts';
import { addConv, addProduct, PLAIN } from './linear.ts';
import type { Activation, Constant, Lowering } from './lowering.ts';

/** A tensor of integers. */
type Quantised = Activation & { readonly type: 'int8' | 'uint8' };

/** What an int8 or uint8 of a node stands for, as our int8: a uint8 less 128. */
interface Stated {
  readonly type: 'int8' | 'uint8';
  readonly quantisation: Quantisation;
}

/** QuantizeLinear: says how a tensor is quantised. */
export function lowerQuantize(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  attributes.ignore('axis', 'saturate', 'precision');
  refuseBlocks(node, attributes);
  const number = attributes.int('output_dtype', 0);
  attributes.done();
  if (leftAsItIs(to, node)) return;
  const input = to.activation(node, 0);
  const type = typeOf(node, number);
  const made = stated(to, node, 1, 2, type);
  if (number !== 0 && made.type !== type)
    onnxMalformed(node.name, `its zero point is ${made.type}, not ${type}`);
  giveQuantised(to, node, input.source, made, input);
}

/** DequantizeLinear: of a constant, its real values; of a tensor, the tensor. */
export function lowerDequantize(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const axis = attributes.int('axis', 1);
  refuseBlocks(node, attributes);
  attributes.done();
  if (leftAsItIs(to, node)) return;
  if (to.value(node, 0)?.kind === 'constant') {
    to.give(node, dequantised(to, node, axis, 0));
    return;
  }
  const input = statedInput(to, node);
  to.give(node, { ...input, type: 'float' });
}

/** What is rounded behind Softmax has its largest value where it was. */
function leftAsItIs(to: Lowering, node: OnnxNode): boolean {
  const value = to.value(node, 0);
  if (value?.kind !== 'activation' || !value.normalised) return false;
  to.give(node, value);
  return true;
}

function refuseBlocks(node: OnnxNode, attributes: Attributes): void {
  if (attributes.int('block_size', 0) !== 0)
    onnxUnsupported(node.name, 'its scales are those of blocks of an axis');
}

/** `output_dtype`: 0 leaves it to the zero point. */
function typeOf(node: OnnxNode, type: number): Stated['type'] {
  if (type === 0 || type === 2) return 'uint8';
  return type === 3 ? 'int8' : onnxUnsupported(node.name, 'it quantises neither to int8 nor to uint8');
}

/** QLinearConv: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B. */
export function lowerQLinearConv(to: Lowering, node: OnnxNode): void {
  const input = statedInput(to, node);
  const weights = dequantised(to, node, 0);
  const made = addConv(to, node, input, weights, realBias(to, node, 8, input, weights));
  giveQuantised(to, node, made, stated(to, node, 6, 7, input.type));
}

/** QLinearMatMul: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point. */
export function lowerQLinearMatMul(to: Lowering, node: OnnxNode): void {
  new Attributes(node).done();
  const input = statedInput(to, node);
  const made = addProduct(to, node, input, dequantised(to, node, 1), PLAIN);
  giveQuantised(to, node, made, stated(to, node, 6, 7, input.type), input);
}

/** The first input, quantised as the two after it say. */
export function statedInput(to: Lowering, node: OnnxNode): Quantised {
  const input = to.activation(node, 0, 'quantised');
  if (input.type === 'float') return onnxMalformed(node.name, 'its input is not quantised');
  const { type, quantisation } = stated(to, node, 1, 2, input.type);
  if (input.type !== type) onnxMalformed(node.name, `its input is ${input.type}, not ${type}`);
  return { ...input, type, source: to.quantised(node, input.source, quantisation) };
}

/** An int32 bias, whose steps are those of the products of `input` and `weights`, times `factor`, in real numbers. */
export function realBias(
  to: Lowering,
  node: OnnxNode,
  at: number,
  { source }: Activation,
  weights: Constant,
  factor = 1,
): Constant | undefined {
  const bias = to.constant(node, at);
  if (bias === undefined) return undefined;
  const step = factor * to.tensors[source]!.given!.scale;
  const { scales } = weights.steps!;
  const of = (list: ArrayLike<number>, place: number): number => list[list.length === 1 ? 0 : place]!;
  const values = Array.from(
    { length: Math.max(bias.values.length, scales.length) },
    (_, place) => of(bias.values, place) * step * of(scales, place),
  );
  return { ...bias, values };
}

export function giveQuantised(
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

/** Scale and zero point of a tensor; without a zero point it is the 0 of the type `otherwise`. */
export function stated(
  to: Lowering,
  node: OnnxNode,
  scaleAt: number,
  zeroAt: number,
  otherwise: Stated['type'],
): Stated {
  const scale = to.needConstant(node, scaleAt);
  const zero = to.constant(node, zeroAt);
  if (scale.values.length !== 1 || (zero !== undefined && zero.values.length !== 1)) {
    onnxUnsupported(node.name, 'a tensor has one scale and one zero point');
  }
  const type = zero === undefined ? otherwise : zero.type;
  if (type !== 'int8' && type !== 'uint8')
    onnxUnsupported(node.name, `it quantises to ${type}, not to int8 or uint8`);
  const zeroPoint = (zero?.values[0] ?? 0) - (type === 'uint8' ? 128 : 0);
  return { type, quantisation: { scale: positive(node, scale.values[0]!), zeroPoint } };
}

/** scale·(q − zero) of a constant; its scale and its zero point are the two inputs behind it. */
export function dequantised(to: Lowering, node: OnnxNode, axis: number, at = 3): Constant {
  const { type, dimensions, values } = to.needConstant(node, at);
  const [scale, zero] = [to.needConstant(node, at + 1), to.constant(node, at + 2)];
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
