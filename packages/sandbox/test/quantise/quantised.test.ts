import { describe, expect, it } from 'vitest';
import {
  encodeModel,
  importOnnx,
  loadModel,
  plainEngine,
  quantiseNetwork,
  SandboxError,
} from '../../src/index.ts';
import { floats, onnxFile, scalar, type TestGraph, type TestNode } from '../build/onnx.ts';

const constants = {
  s2: scalar(0.5),
  s4: scalar(0.25),
  s1: scalar(1),
  u3: scalar(3, 'uint8'),
  u130: scalar(130, 'uint8'),
  u10: scalar(10, 'uint8'),
  i2: scalar(-2, 'int8'),
  // Two inputs, two outputs; scales 1/2 and 1/4 along the outputs.
  q: { type: 'int8', dimensions: [2, 2], values: [3, -4, 127, -128] },
  byOutput: floats([2], [0.5, 0.25]),
  zeros: { type: 'int8', dimensions: [2], values: [0, 0] },
  bias: { type: 'int32', dimensions: [2], values: [8, -40] },
  biasScales: floats([2], [0.25, 0.125]),
  biasZeros: { type: 'int32', dimensions: [2], values: [0, 0] },
  kernel: { type: 'uint8', dimensions: [2, 1, 1, 1], values: [131, 126] },
  zero128: scalar(128, 'uint8'),
} as const;

/** Without calibration data: the network says all ranges itself. */
const imported = (graph: Omit<TestGraph, 'constants'>, logits = true) =>
  loadModel(
    encodeModel(
      quantiseNetwork(importOnnx(onnxFile({ ...graph, constants })), {
        calibration: new Uint8Array(),
        logits,
      }),
    ),
  );

const qdq: readonly TestNode[] = [
  ['QuantizeLinear', ['x', 's2', 'u3'], 'xq'],
  ['DequantizeLinear', ['xq', 's2', 'u3'], 'xd'],
  ['DequantizeLinear', ['q', 'byOutput', 'zeros'], 'w', { axis: 1 }],
  ['DequantizeLinear', ['bias', 'biasScales', 'biasZeros'], 'b', { axis: 0 }],
  ['Gemm', ['xd', 'w', 'b'], 'g'],
  ['Relu', ['g'], 'r'],
  ['QuantizeLinear', ['r', 's1', 'i2'], 'yq'],
  ['DequantizeLinear', ['yq', 's1', 'i2'], 'y'],
];

describe('networks that are quantised already', () => {
  it('QDQ: keep their integers, scales and zero points; a row is the uint8 values of the input', () => {
    const model = imported({ input: [2], nodes: qdq });
    // −125 is the uint8 3 less 128.
    expect(model.model.input).toMatchObject({ zeroPoint: -125 });
    const [gemm, requant] = model.model.nodes;
    // bias + 125·Σw: 8 + 125·130 and −40 + 125·(−132)
    expect(gemm).toMatchObject({
      weights: Int8Array.of(3, -4, 127, -128),
      bias: Int32Array.of(16_258, -16_540),
    });
    // 0.5·0.5/1 and 0.5·0.25/1, in the largest shift that fits; ReLU is the lower bound −2.
    expect(requant).toMatchObject({ shift: 32, zeroPoint: -2, low: -2, high: 127 });
    expect(requant?.op === 'requant' && [...requant.multipliers]).toEqual([2 ** 30, 2 ** 29]);
    // x = (5, 3) and (13, 4) in uint8: steps (2, 0) and (10, 1).
    // accumulators 2·3 + 8 = 14, −2·4 − 40 = −48; 30 + 127 + 8 = 165, −40 − 128 − 40 = −208
    // 14/4 = 3.5 → 4 − 2, ReLU → −2; 165/4 = 41.25 → 41 − 2, ReLU → −2
    const rows = Uint8Array.of(5, 3, 13, 4);
    expect([...new Int8Array(plainEngine(model).run(rows).output.buffer)]).toEqual([2, -2, 39, -2]);
    expect(model.model.scales).toEqual({ input: 0.5, output: 1 });
  });

  it('QLinearMatMul and QLinearConv: the same, from inputs of integers', () => {
    const matrix = imported({
      input: [2],
      inputType: 'uint8',
      nodes: [['QLinearMatMul', ['x', 's2', 'u3', 'q', 's4', '', 's1', 'u10'], 'y']],
    });
    // steps (10, 1): 30 + 127 = 157, −40 − 128 = −168; times 1/8: 19.625 → 20, −21; plus 10 − 128
    expect([...new Int8Array(plainEngine(matrix).run(Uint8Array.of(13, 4)).output.buffer)]).toEqual([
      -98, -128,
    ]);

    const conv = imported({
      input: [1, 1, 2],
      inputType: 'uint8',
      nodes: [['QLinearConv', ['x', 's2', 'u130', 'kernel', 's2', 'zero128', 's1', 'u10', 'bias'], 'y']],
    });
    // weights 131 − 128 = 3 and −2; x = (134, 129): steps 4 and −1; accumulators 12 + 8, −8 − 40; −3 + 8, 2 − 40; times 1/4
    // 5, −12 / 1.25 → 1, −9.5 → −9; plus 10 − 128
    expect([...new Int8Array(plainEngine(conv).run(Uint8Array.of(134, 129)).output.buffer)]).toEqual([
      -113, -128, -117, -127,
    ]);
  });

  it('without a zero point it is 0, of the type of the tensor; `output_dtype` says which type is made', () => {
    const step = (attributes: Readonly<Record<string, number>>, zero: string) =>
      imported({
        input: [2],
        nodes: [
          ['QuantizeLinear', ['x', 's2', 'u3'], 'a'],
          ['DequantizeLinear', ['a', 's2', 'u3'], 'b'],
          ['Relu', ['b'], 'c'],
          ['QuantizeLinear', ['c', 's1', zero], 'd', attributes],
          ['DequantizeLinear', ['d', 's1', ''], 'y'],
        ],
      });
    const run = (model: ReturnType<typeof step>) => [
      ...new Int8Array(plainEngine(model).run(Uint8Array.of(13, 255)).output.buffer),
    ];
    // (13 − 3)/2 = 5 and 126; as uint8 less 128.
    expect(run(step({}, ''))).toEqual([5 - 128, 126 - 128]);
    expect(run(step({ output_dtype: 2 }, ''))).toEqual([5 - 128, 126 - 128]);
    expect(run(step({ output_dtype: 3 }, ''))).toEqual([5, 126]);
    expect(() => step({ output_dtype: 16 }, '')).toThrow('neither to int8 nor to uint8');
    expect(() => step({ output_dtype: 3 }, 'u3')).toThrow('not int8');
  });

  it('what is rounded behind Softmax is left as it is: the largest value stays the largest', () => {
    const ends: readonly (readonly TestNode[])[] = [
      [['ArgMax', ['y'], 'z', { axis: 1 }]],
      [
        ['Softmax', ['y'], 'p'],
        ['QuantizeLinear', ['p', 's4', 'u3'], 'pq'],
        ['DequantizeLinear', ['pq', 's4', 'u3'], 'z'],
      ],
      [
        ['com.microsoft.QLinearSoftmax', ['yq', 's1', 'i2', 's4', 'i2'], 'p', { opset: 13 }],
        ['DequantizeLinear', ['p', 's4', 'i2'], 'z'],
      ],
    ];
    const rows = Uint8Array.of(5, 3, 13, 4, 0, 255);
    const outputs = ends.map(
      (end) => plainEngine(imported({ input: [2], nodes: [...qdq, ...end] }, false)).run(rows).output,
    );
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  it('are requantised where they say two quantisations of one tensor', () => {
    const nodes: readonly TestNode[] = [
      ...qdq,
      ['QuantizeLinear', ['y', 's2', 'u10'], 'zq'],
      ['DequantizeLinear', ['zq', 's2', 'u10'], 'z'],
    ];
    const model = imported({ input: [2], nodes });
    expect(model.model.nodes.map(({ op }) => op)).toEqual(['gemm', 'requant', 'table']);
    // Of before: (4, 0) and (41, 0) in steps of 1, so 8 and 82 steps of 1/2, plus 10 − 128.
    const output = new Int8Array(plainEngine(model).run(Uint8Array.of(5, 3, 13, 4)).output.buffer);
    expect([...output]).toEqual([-110, -118, -36, -118]);
  });

  it.each<[string, readonly TestNode[], string]>([
    [
      'a type that is not what was quantised',
      [
        ['QuantizeLinear', ['x', 's2', 'u3'], 'a'],
        ['DequantizeLinear', ['a', 's2', 'i2'], 'y'],
      ],
      'not int8',
    ],
    ['many scales for a tensor', [['QuantizeLinear', ['x', 'byOutput', 'u3'], 'y']], 'one scale'],
    [
      'weights beyond int8',
      [
        ['DequantizeLinear', ['kernel', 's2', 'u3'], 'w'],
        ['MatMul', ['x', 'w'], 'y'],
      ],
      'no int8',
    ],
    [
      'scales of weights along their inputs',
      [
        ['DequantizeLinear', ['q', 'byOutput', 'zeros'], 'w', { axis: 0 }],
        ['MatMul', ['x', 'w'], 'y'],
      ],
      'another axis',
    ],
    [
      'an integer where a real number is needed',
      [
        ['QuantizeLinear', ['x', 's2', 'u3'], 'a'],
        ['Relu', ['a'], 'y'],
      ],
      'of the type uint8',
    ],
  ])('are refused with %s', (_, nodes, message) => {
    const attempt = () => imported({ input: [2], nodes });
    expect(attempt).toThrow(SandboxError);
    expect(attempt).toThrow(message);
  });
});
