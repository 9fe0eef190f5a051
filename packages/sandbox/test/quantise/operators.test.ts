import { describe, expect, it } from 'vitest';
import {
  encodeModel,
  importOnnx,
  loadModel,
  type Model,
  type Network,
  plainEngine,
  quantiseNetwork,
} from '../../src/index.ts';
import { observeRanges, quantisationOf } from '../../src/quantise/calibration.ts';
import { referenceTensors } from '../../src/quantise/reference.ts';
import { Generator } from '../build/generator.ts';
import { floats, onnxFile, scalar, type TestNode, type TestTensor } from '../build/onnx.ts';
import { oracle } from '../build/onnx-oracle.ts';

const generator = new Generator(7);
const random = (...dimensions: number[]): TestTensor => {
  const length = dimensions.reduce((a, b) => a * b, 1);
  return floats(
    dimensions,
    Array.from({ length }, () => generator.integer(-64, 64) / 64),
  );
};

/** Pictures of 3 channels, 7×6. */
const [CHANNELS, CELLS] = [3, 7 * 6];
const BYTES = CHANNELS * CELLS;
const ROWS = 12;
/** In the order height, width, channels. */
const rows = Uint8Array.from({ length: ROWS * BYTES }, () => generator.integer(0, 255));
/** What the bytes stand for here: both signs, so that no zero point is at an end. */
const INPUT = { scale: 1 / 64, zeroPoint: -20 };

const constants: Readonly<Record<string, TestTensor>> = {
  w: random(8, 3, 3, 3),
  grouped: random(6, 1, 3, 2),
  one: random(3, 3, 1, 1),
  b: random(8),
  dense: random(5, BYTES),
  matrix: random(BYTES, 5),
  five: random(5),
  mean: random(8),
  factor: random(8),
  variance: floats([8], [1, 2, 3, 4, 0.5, 0.25, 2, 1]),
  three: random(3),
  variance3: floats([3], [1, 0.5, 2]),
  perChannel: random(8, 1, 1),
  low: scalar(-0.5),
  high: scalar(0.75),
  flat: { type: 'int64', dimensions: [2], values: [0, -1] },
};
const conv = ['Conv', ['x', 'w', 'b'], 'c'] as const;

/** How many steps of the output the model may be off: one for its own rounding, more where weights or values on the way are rounded too. */
const CASES: Readonly<Record<string, readonly [steps: number, ...nodes: TestNode[]]>> = {
  'Conv with pads and strides': [
    4,
    ['Conv', ['x', 'w', 'b'], 'y', { pads: [1, 2, 0, 1], strides: [2, 1], dilations: [1, 1] }],
  ],
  'Conv with auto_pad SAME_UPPER': [
    4,
    ['Conv', ['x', 'w', 'b'], 'y', { auto_pad: 'SAME_UPPER', strides: [2, 2] }],
  ],
  'Conv with auto_pad SAME_LOWER': [
    4,
    ['Conv', ['x', 'w', 'b'], 'y', { auto_pad: 'SAME_LOWER', strides: [2, 2] }],
  ],
  'Conv in groups': [4, ['Conv', ['x', 'grouped'], 'y', { group: 3, pads: [1, 1, 1, 1] }]],
  'Conv, BatchNormalization, Relu': [
    4,
    conv,
    ['BatchNormalization', ['c', 'factor', 'b', 'mean', 'variance'], 'n', { epsilon: { float: 0.01 } }],
    ['Relu', ['n'], 'y'],
  ],
  'BatchNormalization of the input': [
    4,
    ['BatchNormalization', ['x', 'three', 'three', 'three', 'variance3'], 'y'],
  ],
  'a BatchNormalization does not change the convolution that another node takes': [
    6,
    conv,
    ['BatchNormalization', ['c', 'factor', 'b', 'mean', 'variance'], 'n'],
    ['Add', ['n', 'c'], 'y'],
  ],
  'a Relu leaves the convolution to the others that take it': [
    6,
    conv,
    ['Relu', ['c'], 'r'],
    ['Add', ['r', 'c'], 'y'],
  ],
  'Conv, Add of a constant, LeakyRelu': [
    4,
    conv,
    ['Add', ['perChannel', 'c'], 'a'],
    ['LeakyRelu', ['a'], 'y', { alpha: { float: 0.25 } }],
  ],
  'Clip behind Conv': [12, conv, ['Clip', ['c', 'low', 'high'], 'y']],
  'Clip and LeakyRelu of the input': [3, ['Clip', ['x', '', 'high'], 'a'], ['LeakyRelu', ['a'], 'y']],
  'Gemm behind Flatten of a picture': [
    4,
    ['Flatten', ['x'], 'f', { axis: 1 }],
    ['Gemm', ['f', 'dense', 'five'], 'y', { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }],
  ],
  'MatMul and Add behind Reshape': [
    4,
    ['Reshape', ['x', 'flat'], 'f'],
    ['MatMul', ['f', 'matrix'], 'm'],
    ['Add', ['m', 'five'], 'y'],
  ],
  MaxPool: [4, conv, ['MaxPool', ['c'], 'y', { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }]],
  'AveragePool without the padding': [
    1,
    ['AveragePool', ['x'], 'y', { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ],
  'AveragePool with the padding': [
    1,
    ['AveragePool', ['x'], 'y', { kernel_shape: [3, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }],
  ],
  GlobalAveragePool: [3, ['Relu', ['x'], 'r'], ['GlobalAveragePool', ['r'], 'y']],
  'Add and Relu': [4, ['Conv', ['x', 'one'], 'c'], ['Add', ['c', 'x'], 'a'], ['Relu', ['a'], 'y']],
  'Concat along the channels': [
    4,
    conv,
    ['Conv', ['x', 'w'], 'd'],
    ['Concat', ['c', 'd', 'c'], 'y', { axis: 1 }],
  ],
  'Identity and Dropout': [1, ['Identity', ['x'], 'a'], ['Dropout', ['a'], 'd'], ['Relu', ['d'], 'y']],
};

/** What one row means to ONNX: real numbers in the order channels, height, width. */
function realRow(bytes: Uint8Array) {
  const values = Array.from({ length: BYTES }, (_, at) => {
    const byte = bytes[(at % CELLS) * CHANNELS + Math.floor(at / CELLS)]!;
    return INPUT.scale * (byte - 128 - INPUT.zeroPoint);
  });
  return { dimensions: [CHANNELS, 7, 6], values };
}

/** The zero point of a model's output: that of the last node that has one, or of the observed range for a table. */
function outputZeroPoint({ nodes }: Model, network: Network): number {
  if (nodes.at(-1)!.op === 'table')
    return quantisationOf(observeRanges(network, rows)[network.output]!).zeroPoint;
  const last = nodes.findLast((node) => 'zeroPoint' in node)!;
  return 'zeroPoint' in last ? last.zeroPoint : 0;
}

describe('quantising after training', () => {
  it.each(Object.entries(CASES))(
    '%s: the reference is what ONNX says, the model within its rounding',
    (_, [steps, ...nodes]) => {
      const network = importOnnx(onnxFile({ input: [CHANNELS, 7, 6], constants, nodes }), INPUT);
      const model = quantiseNetwork(network, { calibration: rows, logits: true });
      const output = new Int8Array(plainEngine(loadModel(encodeModel(model))).run(rows).output.buffer);
      const scale = model.scales!.output;
      const zeroPoint = outputZeroPoint(model, network);
      for (let row = 0; row < ROWS; row++) {
        const bytes = rows.subarray(row * BYTES, (row + 1) * BYTES);
        const { dimensions, values } = oracle(nodes, constants, realRow(bytes));
        const reference = referenceTensors(network, bytes)[network.output]!;
        expect(reference.length).toBe(values.length);
        const channels = dimensions[0]!;
        const cells = values.length / channels;
        for (const [at, real] of values.entries()) {
          const here = (at % cells) * channels + Math.floor(at / cells);
          expect(Math.abs(reference[here]! - real)).toBeLessThan(1e-4);
          const integer = scale * (output[row * values.length + here]! - zeroPoint);
          expect(Math.abs(integer - real)).toBeLessThanOrEqual(steps * scale);
        }
      }
    },
  );

  const classifier = onnxFile({
    input: [CHANNELS, 7, 6],
    constants,
    nodes: [
      ['Flatten', ['x'], 'f'],
      ['Gemm', ['f', 'dense', 'five'], 'l', { transB: 1 }],
      ['Softmax', ['l'], 'y', { axis: 1 }],
    ],
  });

  it('ends a classifier with the number of its class, from accumulators that one scale makes comparable', () => {
    const network = importOnnx(classifier, INPUT);
    const model = loadModel(encodeModel(quantiseNetwork(network, { calibration: rows })));
    expect(model.model.nodes.map(({ op }) => op)).toEqual(['gemm', 'argmax']);
    const expected = Array.from({ length: ROWS }, (_, row) => {
      const logits = referenceTensors(network, rows.subarray(row * BYTES, (row + 1) * BYTES))[
        network.output
      ]!;
      return logits.indexOf(Math.max(...logits));
    });
    expect([...plainEngine(model).run(rows).output]).toEqual(expected);
  });

  it('keeps all weights in seven bits when asked, and uses all of them', () => {
    const network = importOnnx(classifier, INPUT);
    const full = loadModel(encodeModel(quantiseNetwork(network, { calibration: rows })));
    const seven = loadModel(encodeModel(quantiseNetwork(network, { calibration: rows, sevenBit: true })));
    expect([full.sevenBit, seven.sevenBit]).toEqual([false, true]);
    const [node] = seven.model.nodes;
    expect(node?.op === 'gemm' && Math.max(...node.weights.map(Math.abs))).toBe(63);
  });
});
