import type { ModelNode, Shape, Source } from '../graph.ts';
import { MAX_CONCAT, MAX_TENSOR_BYTES } from '../limits.ts';
import { type Fields, malformed } from './fields.ts';

/** Largest multiplier M. */
const MAX_MULTIPLIER = 2 ** 31 - 1;
const MAX_SHIFT = 62;

/**
 * A node of a model file. Here every field has its type and range; whether it fits the tensors that it takes is checked
 * when the model is loaded.
 *
 * @param fields - of the map
 * @param index - of the node: it may take the tensors 0..index
 * @throws SandboxError `model-malformed`, naming node and field
 */
export function decodeNode(fields: Fields, index: number): ModelNode {
  const node = readNode(fields, index);
  fields.done();
  return node;
}

function readNode(fields: Fields, index: number): ModelNode {
  const op = fields.text('op');
  switch (op) {
    case 'conv':
      return {
        op,
        input: source(fields, index),
        weights: fields.int8s('weights'),
        bias: fields.int32s('bias'),
        kernel: fields.window('kernel'),
        stride: fields.window('stride'),
        padding: fields.padding('padding'),
        groups: fields.integer('groups', 1, MAX_TENSOR_BYTES),
        padValue: fields.int8('padValue'),
      };
    case 'gemm':
      return {
        op,
        input: source(fields, index),
        weights: fields.int8s('weights'),
        bias: fields.int32s('bias'),
      };
    case 'requant':
      return {
        op,
        input: source(fields, index),
        multipliers: fields.int32s('multipliers', 0),
        negative: nullable(fields, 'negative'),
        ...rounding(fields),
        ...clamping(fields),
      };
    case 'table':
      return { op, input: source(fields, index), table: fields.int8s('table') };
    case 'maxpool':
      return { op, input: source(fields, index), ...pooling(fields) };
    case 'avgpool':
      return {
        op,
        input: source(fields, index),
        ...pooling(fields),
        inputZeroPoint: fields.int8('inputZeroPoint'),
        multipliers: fields.int32s('multipliers', 0),
        ...rounding(fields),
        countPadding: fields.boolean('countPadding'),
      };
    case 'add':
      return {
        op,
        inputs: pair(fields.integers('inputs', [2, 2], 0, index)),
        inputZeroPoints: pair(fields.integers('inputZeroPoints', [2, 2], -128, 127)),
        multipliers: pair(fields.integers('multipliers', [2, 2], 0, MAX_MULTIPLIER)),
        ...rounding(fields),
        ...clamping(fields),
      };
    case 'concat':
      return concat(fields, index);
    case 'reshape':
      return { op, input: source(fields, index), shape: decodeShape(fields.map('shape')) };
    case 'argmax':
      return { op, input: source(fields, index) };
    default:
      return malformed(fields.place, `there is no operator '${op.slice(0, 32)}'`, 'op');
  }
}

function concat(fields: Fields, index: number): ModelNode {
  const inputs = fields.integers('inputs', [1, MAX_CONCAT], 0, index);
  const each = [inputs.length, inputs.length] as const;
  return {
    op: 'concat',
    inputs,
    inputZeroPoints: fields.integers('inputZeroPoints', each, -128, 127),
    multipliers: fields.integers('multipliers', each, 0, MAX_MULTIPLIER),
    ...rounding(fields),
  };
}

/** A shape: each side at least 1, and no more cells than a tensor may have bytes. */
export function decodeShape(fields: Fields): Shape {
  const side = (name: string) => fields.integer(name, 1, MAX_TENSOR_BYTES);
  const shape = { height: side('height'), width: side('width'), channels: side('channels') };
  fields.done();
  return shape;
}

/** @throws SandboxError `model-malformed` where low > high */
export function clamping(fields: Fields): { readonly low: number; readonly high: number } {
  const low = fields.int8('low');
  return { low, high: fields.integer('high', low, 127) };
}

function rounding(fields: Fields): { readonly shift: number; readonly zeroPoint: number } {
  return { shift: fields.integer('shift', 1, MAX_SHIFT), zeroPoint: fields.int8('zeroPoint') };
}

function pooling(fields: Fields) {
  return {
    kernel: fields.window('kernel'),
    stride: fields.window('stride'),
    padding: fields.padding('padding'),
  };
}

function nullable(fields: Fields, name: string): Int32Array | null {
  return fields.isNull(name) ? null : fields.int32s(name, 0);
}

function source(fields: Fields, index: number): Source {
  return fields.integer('input', 0, index);
}

function pair(numbers: readonly number[]): readonly [number, number] {
  return [numbers[0]!, numbers[1]!];
}
