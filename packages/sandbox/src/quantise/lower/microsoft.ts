import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxUnsupported } from '../../onnx/refusal.ts';
import { Attributes } from './attributes.ts';
import { lowerActivation, lowerAdd, lowerConcat, lowerGlobalPool, lowerPool } from './cells.ts';
import { addProduct } from './linear.ts';
import type { Lower, Lowering } from './lowering.ts';
import {
  dequantised,
  giveQuantised,
  lowerDequantize,
  lowerQuantize,
  realBias,
  stated,
  statedInput,
} from './quantised.ts';
import { lowerSoftmax } from './shapes.ts';

const NONE: OnnxNode['attributes'] = new Map();

/** Where a node has a tensor; its scale and its zero point are the two inputs behind it. */
type Place = number;

/** QLinearAdd: A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point. */
const lowerQLinearAdd: Lower = (to, node) => lowerBetween(to, node, 'Add', lowerAdd, [0, 3], 6);

/** QLinearConcat: Y_scale, Y_zero_point, and for each tensor X, X_scale, X_zero_point. */
const lowerQLinearConcat: Lower = (to, node) => {
  const tensors = Array.from({ length: Math.ceil((node.inputs.length - 2) / 3) }, (_, at) => 2 + 3 * at);
  lowerBetween(to, node, 'Concat', lowerConcat, tensors, 0);
};

/** X, X_scale, X_zero_point, Y_scale, Y_zero_point. */
const unary =
  (operator: string, lower: Lower): Lower =>
  (to, node) =>
    lowerBetween(to, node, operator, lower, [0], 3);

/** QLinearSoftmax at the end: X, X_scale, X_zero_point; what it is quantised to does not matter. */
function lowerQLinearSoftmax(to: Lowering, node: OnnxNode): void {
  const [output = ''] = node.outputs;
  const real = `input 1 of ${output}`;
  lowerDequantize(to, { ...node, attributes: NONE, inputs: node.inputs.slice(0, 3), outputs: [real] });
  const attributes = new Map(node.attributes);
  attributes.delete('opset');
  if (!attributes.has('axis')) attributes.set('axis', { kind: 'int', value: -1 });
  lowerSoftmax(to, { ...node, attributes, inputs: [real] });
}

/**
 * QGemm: A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point. The steps of C are alpha·a_scale·b_scale;
 * without y_scale the output is not quantised.
 */
function lowerQGemm(to: Lowering, node: OnnxNode): void {
  const attributes = new Attributes(node);
  const alpha = attributes.float('alpha', 1);
  if (attributes.int('transA', 0) !== 0) onnxUnsupported(node.name, 'transA would mix the rows of a batch');
  const transposed = attributes.int('transB', 0) !== 0;
  attributes.done();
  const input = statedInput(to, node);
  const matrix = dequantised(to, node, transposed ? 0 : 1);
  const bias = realBias(to, node, 6, input, matrix, alpha);
  const made = addProduct(to, node, input, matrix, { bias, transposed, alpha, beta: 1 });
  if (to.value(node, 7) === undefined) to.giveTensor(node, made, input);
  else giveQuantised(to, node, made, stated(to, node, 7, 8, input.type), input);
}

/** The operator of the standard, on what the quantised inputs stand for; what it gives is quantised again. */
function lowerBetween(
  to: Lowering,
  node: OnnxNode,
  operator: string,
  lower: Lower,
  tensors: readonly Place[],
  quantisation: number,
): void {
  const [output = ''] = node.outputs;
  const inputs = tensors.map((at, place) => {
    const name = `input ${place + 1} of ${output}`;
    const triple = node.inputs.slice(at, at + 3);
    lowerDequantize(to, { ...node, attributes: NONE, inputs: triple, outputs: [name] });
    return name;
  });
  const attributes = new Map(node.attributes);
  const last = attributes.get('channels_last');
  if (last !== undefined && !(last.kind === 'int' && last.value === 0)) {
    onnxUnsupported(node.name, 'its channels are last');
  }
  attributes.delete('channels_last');
  const real = `${output} in real numbers`;
  lower(to, { ...node, operator, attributes, inputs, outputs: [real] });
  const [scale = '', zero = ''] = node.inputs.slice(quantisation, quantisation + 2);
  lowerQuantize(to, { ...node, attributes: NONE, inputs: [real, scale, zero] });
}

/**
 * Operators of the domain `com.microsoft` that the quantisation of onnxruntime writes
 * (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
 */
export const MICROSOFT_OPERATORS: readonly (readonly [operator: string, lower: Lower])[] = [
  ['com.microsoft.DequantizeLinear', lowerDequantize],
  ['com.microsoft.QGemm', lowerQGemm],
  ['com.microsoft.QLinearAdd', lowerQLinearAdd],
  ['com.microsoft.QLinearAveragePool', unary('AveragePool', lowerPool)],
  ['com.microsoft.QLinearConcat', lowerQLinearConcat],
  ['com.microsoft.QLinearGlobalAveragePool', unary('GlobalAveragePool', lowerGlobalPool)],
  ['com.microsoft.QLinearLeakyRelu', unary('LeakyRelu', lowerActivation)],
  ['com.microsoft.QLinearSoftmax', lowerQLinearSoftmax],
  ['com.microsoft.QuantizeLinear', lowerQuantize],
];
