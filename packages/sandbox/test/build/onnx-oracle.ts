import type { TestAttribute, TestNode, TestTensor } from './onnx.ts';

/** A value of one row, in the order of ONNX: channels, height, width. */
interface Value {
  readonly dimensions: readonly number[];
  readonly values: readonly number[];
}

/** Padding of SAME for a kernel of 3×3 with stride 2 over 7×6, by hand: 4×3 places need 9×7 cells. */
const SAME: Readonly<Record<string, readonly number[]>> = {
  SAME_UPPER: [1, 0, 1, 1],
  SAME_LOWER: [1, 1, 1, 0],
};

/** What the operators of a test mean in real numbers, straight from the definitions of ONNX. */
export function oracle(
  nodes: readonly TestNode[],
  constants: Readonly<Record<string, TestTensor>>,
  x: Value,
): Value {
  const values = new Map<string, Value>([...Object.entries(constants), ['x', x]]);
  for (const [operator, names, output, attributes = {}] of nodes) {
    const inputs = names.filter((name) => name !== '').map((name) => values.get(name)!);
    values.set(output, apply(operator, inputs, attributes, names[1] === ''));
  }
  return values.get(nodes.at(-1)![2])!;
}

function apply(
  operator: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, TestAttribute>>,
  noMinimum: boolean,
): Value {
  const [x, second, third, fourth, fifth] = inputs as readonly [Value, Value, Value, Value, Value];
  const { dimensions, values } = x;
  const each = (f: (value: number, at: number) => number): Value => ({ dimensions, values: values.map(f) });
  const float = (name: string, otherwise: number) => {
    const given = attributes[name];
    return typeof given === 'object' && 'float' in given ? given.float : otherwise;
  };
  const ints = (name: string, otherwise: readonly number[]) =>
    (attributes[name] as readonly number[] | undefined) ?? otherwise;
  const cells = dimensions.length === 3 ? dimensions[1]! * dimensions[2]! : 1;
  const channel = (at: number) => Math.floor(at / cells);
  switch (operator) {
    case 'Relu':
      return each((value) => Math.max(0, value));
    case 'LeakyRelu':
      return each((value) => (value < 0 ? float('alpha', 0.01) * value : value));
    case 'Clip': {
      const [low, high] = noMinimum ? [-Infinity, second.values[0]!] : [second.values[0]!, third.values[0]!];
      return each((value) => Math.min(Math.max(value, low), high));
    }
    case 'Identity':
    case 'Dropout':
      return x;
    case 'Flatten':
    case 'Reshape':
      return { dimensions: [values.length], values };
    case 'Add': {
      const [a, b] = values.length >= second.values.length ? [x, second] : [second, x];
      const space =
        a.values.length / (a.values.length === b.values.length ? a.values.length : b.values.length);
      const same = a.values.length === b.values.length;
      return {
        dimensions: a.dimensions,
        values: a.values.map((value, at) => value + b.values[same ? at : Math.floor(at / space)]!),
      };
    }
    case 'Concat':
      return {
        dimensions: [inputs.reduce((sum, input) => sum + input.dimensions[0]!, 0), ...dimensions.slice(1)],
        values: inputs.flatMap((input) => input.values),
      };
    case 'BatchNormalization': {
      const epsilon = float('epsilon', 1e-5);
      const of = (value: number, c: number) =>
        (second.values[c]! * (value - fourth.values[c]!)) / Math.sqrt(fifth.values[c]! + epsilon) +
        third.values[c]!;
      return each((value, at) => of(value, channel(at)));
    }
    case 'Gemm':
    case 'MatMul': {
      const transposed = attributes.transB === 1;
      const [K, N] = [values.length, second.values.length / values.length];
      const product = (n: number) =>
        values.reduce((sum, value, k) => sum + value * second.values[transposed ? n * K + k : k * N + n]!, 0);
      return {
        dimensions: [N],
        values: Array.from(
          { length: N },
          (_, n) => float('alpha', 1) * product(n) + float('beta', 1) * (third?.values[n] ?? 0),
        ),
      };
    }
    case 'GlobalAveragePool': {
      const mean = (c: number) => values.slice(c * cells, (c + 1) * cells).reduce((a, b) => a + b) / cells;
      return {
        dimensions: [dimensions[0]!, 1, 1],
        values: Array.from({ length: dimensions[0]! }, (_, c) => mean(c)),
      };
    }
    default: {
      const auto = attributes.auto_pad;
      const geometry: Geometry = {
        kernel: operator === 'Conv' ? second.dimensions.slice(2) : ints('kernel_shape', []),
        strides: ints('strides', [1, 1]),
        pads: typeof auto === 'string' ? SAME[auto]! : ints('pads', [0, 0, 0, 0]),
      };
      if (operator !== 'Conv') return windows(x, geometry, dimensions[0]!, pooling(operator, attributes));
      const [outputs, inputsEach] = second.dimensions as readonly [number, number];
      const perGroup = outputs / ((attributes.group as number | undefined) ?? 1);
      return windows(x, geometry, outputs, (at, o) => {
        let sum = third?.values[o] ?? 0;
        for (let i = 0; i < inputsEach; i++) {
          for (const [tap, value] of at(Math.floor(o / perGroup) * inputsEach + i).entries()) {
            const weight =
              second.values[(o * inputsEach + i) * geometry.kernel[0]! * geometry.kernel[1]! + tap]!;
            sum += (value ?? 0) * weight;
          }
        }
        return sum;
      });
    }
  }
}

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

/** The cells of a channel under the window, null where one was added; to the value of an output channel. */
type Window = (at: (channel: number) => readonly (number | null)[], output: number) => number;

function pooling(operator: string, attributes: Readonly<Record<string, TestAttribute>>): Window {
  return (at, channel) => {
    const cells = at(channel);
    const inside = cells.filter((cell) => cell !== null);
    if (operator === 'MaxPool') return Math.max(...inside);
    const count = attributes.count_include_pad === 1 ? cells.length : inside.length;
    return inside.reduce((a, b) => a + b, 0) / count;
  };
}

function windows(
  { dimensions, values }: Value,
  { kernel, strides, pads }: Geometry,
  outputs: number,
  window: Window,
): Value {
  const [, H, W] = dimensions as readonly [number, number, number];
  const height = Math.floor((H + pads[0]! + pads[2]! - kernel[0]!) / strides[0]!) + 1;
  const width = Math.floor((W + pads[1]! + pads[3]! - kernel[1]!) / strides[1]!) + 1;
  const made: number[] = [];
  for (let o = 0; o < outputs; o++) {
    for (let place = 0; place < height * width; place++) {
      const top = Math.floor(place / width) * strides[0]! - pads[0]!;
      const left = (place % width) * strides[1]! - pads[1]!;
      const at = (channel: number) =>
        Array.from({ length: kernel[0]! * kernel[1]! }, (_, tap) => {
          const y = top + Math.floor(tap / kernel[1]!);
          const x = left + (tap % kernel[1]!);
          return y < 0 || y >= H || x < 0 || x >= W ? null : values[(channel * H + y) * W + x]!;
        });
      made.push(window(at, o));
    }
  }
  return { dimensions: [outputs, height, width], values: made };
}
