import type { OnnxRuntime } from '../../src/index.ts';
import type { OnnxGraph, OnnxNode } from '../../src/onnx/graph.ts';
import { readOnnx } from '../../src/onnx/read.ts';

interface Tensor {
  readonly dimensions: readonly number[];
  readonly values: readonly number[];
}

/** How a CPU adds the two products of a pair of bytes: exactly, or in 16 bits that are cut off (x86 without VNNI). */
export type PairSum = (sum: number) => number;
export const exact: PairSum = (sum) => sum;
export const saturating: PairSum = (sum) => Math.max(-32_768, Math.min(sum, 32_767));

/** A runtime after the standard (https://onnx.ai/onnx/operators/), for the operators that layers are written with. */
export function plainRuntime(pairSum: PairSum): OnnxRuntime {
  return {
    InferenceSession: {
      create: async (file) => {
        const graph = readOnnx(file);
        return {
          run: async ({ x }, { y }) => {
            const [from, to] = [x as PlainTensor, y as PlainTensor];
            const made = interpret(graph, from, pairSum);
            if (String(made.dimensions) !== String(to.dimensions))
              throw new Error('the output has another shape');
            for (const [at, value] of made.values.entries()) to.data[at] = value;
          },
        };
      },
    },
    Tensor: PlainTensor,
  };
}

class PlainTensor {
  readonly type: string;
  readonly data: Uint8Array | Int32Array | Float32Array;
  readonly dimensions: readonly number[];

  constructor(type: string, data: Uint8Array | Int32Array | Float32Array, dimensions: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dimensions = dimensions;
  }
}

function interpret(graph: OnnxGraph, { data, dimensions }: PlainTensor, pairSum: PairSum): Tensor {
  const tensors = new Map<string, Tensor>();
  for (const [name, constant] of graph.constants) {
    tensors.set(name, { dimensions: constant.dimensions, values: [...constant.values] });
  }
  tensors.set('x', { dimensions, values: [...data] });
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => tensors.get(name)!);
    tensors.set(node.outputs[0]!, apply(node, inputs, pairSum));
  }
  return tensors.get('y')!;
}

function apply(node: OnnxNode, inputs: readonly Tensor[], pairSum: PairSum): Tensor {
  const [a, b, c, axes, steps] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  switch (node.operator) {
    case 'Pad': {
      const rank = a.dimensions.length;
      const size = a.dimensions.map((each, axis) => each + b.values[axis]! + b.values[axis + rank]!);
      return filled(
        size,
        (place) =>
          valueAt(
            a,
            place.map((at, axis) => at - b.values[axis]!),
          ) ?? c.values[0]!,
      );
    }
    case 'Slice': {
      const along = (axis: number) => axes.values.indexOf(axis);
      const size = a.dimensions.map((each, axis) => {
        const of = along(axis);
        if (of < 0) return each;
        return Math.ceil((Math.min(each, c.values[of]!) - b.values[of]!) / steps.values[of]!);
      });
      const source = (at: number, axis: number) =>
        along(axis) < 0 ? at : b.values[along(axis)]! + at * steps.values[along(axis)]!;
      return filled(size, (place) => valueAt(a, place.map(source))!);
    }
    case 'Concat': {
      const { value: axis } = node.attributes.get('axis') as { readonly value: number };
      const each = a.dimensions[axis]!;
      const size = a.dimensions.with(axis, each * inputs.length);
      return filled(size, (place) => {
        const part = inputs[Math.floor(place[axis]! / each)]!;
        return valueAt(part, place.with(axis, place[axis]! % each))!;
      });
    }
    case 'MatMulInteger':
      return product(a, b, c.values[0]!, pairSum);
    case 'Add':
      return { ...a, values: a.values.map((value, at) => (value + b.values[at % b.values.length]!) | 0) };
    default:
      throw new Error(`no operator ${node.operator}`);
  }
}

/** Σ a·b − zero·Σ b, modulo 2^32: the zero point is taken off behind the products, as on CPUs. */
function product(a: Tensor, b: Tensor, zero: number, pairSum: PairSum): Tensor {
  const [K, N] = b.dimensions as [number, number];
  const rows = a.values.length / K;
  const values = new Array<number>(rows * N);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      const term = (k: number) => (k < K ? a.values[row * K + k]! * b.values[k * N + n]! : 0);
      for (let k = 0; k < K; k += 2) sum += pairSum(term(k) + term(k + 1));
      for (let k = 0; k < K; k++) sum -= zero * b.values[k * N + n]!;
      values[row * N + n] = sum | 0;
    }
  }
  return { dimensions: [...a.dimensions.slice(0, -1), N], values };
}

function filled(dimensions: readonly number[], value: (place: number[]) => number): Tensor {
  const count = dimensions.reduce((all, each) => all * each, 1);
  const values = Array.from({ length: count }, (_, at) => {
    const place = new Array<number>(dimensions.length);
    for (let axis = dimensions.length - 1, rest = at; axis >= 0; axis--) {
      place[axis] = rest % dimensions[axis]!;
      rest = Math.floor(rest / dimensions[axis]!);
    }
    return value(place);
  });
  return { dimensions, values };
}

/** Undefined outside of the tensor. */
function valueAt({ dimensions, values }: Tensor, place: readonly number[]): number | undefined {
  let at = 0;
  for (const [axis, size] of dimensions.entries()) {
    if (place[axis]! < 0 || place[axis]! >= size) return undefined;
    at = at * size + place[axis]!;
  }
  return values[at];
}
