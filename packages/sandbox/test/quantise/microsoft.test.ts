import { describe, expect, it } from 'vitest';
import {
  encodeModel,
  importOnnx,
  loadModel,
  loadRuntime,
  plainEngine,
  quantiseNetwork,
  SandboxError,
} from '../../src/index.ts';
import { floats, onnxFile, scalar, type TestNode, type TestTensor } from '../build/onnx.ts';

const constants = {
  s5: scalar(0.5),
  s3: scalar(0.3),
  s1: scalar(1),
  s02: scalar(0.02),
  u3: scalar(3, 'uint8'),
  u100: scalar(100, 'uint8'),
  u130: scalar(130, 'uint8'),
  u200: scalar(200, 'uint8'),
  // Of a convolution with two outputs, and of a product whose four inputs are 2 channels of 1×2 cells.
  kernel: { type: 'int8', dimensions: [2, 1, 2, 2], values: [3, -4, 5, 60, -70, 8, 9, -10] },
  byOutput: floats([2], [0.02, 0.01]),
  zeros: { type: 'int8', dimensions: [2], values: [0, 0] },
  bias: { type: 'int32', dimensions: [2], values: [80, -40] },
  matrix: { type: 'int8', dimensions: [2, 4], values: [3, -4, 12, -128, 7, 70, -9, 11] },
  // Another picture beside the input's: the input, one step for five.
  wide: { type: 'int8', dimensions: [1, 1, 1, 1], values: [5] },
  unit: { type: 'int8', dimensions: [], values: [0] },
} as const;

/** [1, 3, 3] in uint8: three rows. */
const ROWS = Uint8Array.of(
  ...[13, 4, 200, 255, 0, 77, 130, 131, 99],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[255, 254, 253, 1, 2, 3, 128, 127, 126],
);

/** A second tensor, in other steps than the input's. */
const second: TestNode = ['QLinearConv', ['x', 's5', 'u130', 'wide', 's02', 'unit', 's3', 'u100'], 'b'];
const conv: TestNode = [
  'QLinearConv',
  ['x', 's5', 'u130', 'kernel', 'byOutput', 'zeros', 's5', 'u100', 'bias'],
  'c',
];

/** Names of a scale and of a zero point. */
type Quantisation = readonly [scale: string, zero: string];

/** The nodes, the quantisation of what they give, and the integers that onnxruntime-node 1.30.0 gives, in the order height, width, channels. */
const CASES: readonly (readonly [
  name: string,
  nodes: readonly TestNode[],
  quantisation: Quantisation,
  expected: readonly number[],
])[] = [
  [
    'QLinearAdd of tensors',
    [second, ['com.microsoft.QLinearAdd', ['x', 's5', 'u130', 'b', 's3', 'u100', 's1', 'u200'], 'y']],
    ['s1', 'u200'],
    [
      136, 131, 239, 255, 128, 171, 200, 200, 183, 128, 128, 128, 128, 128, 128, 128, 128, 128, 255, 255, 255,
      129, 130, 130, 199, 198, 198,
    ],
  ],
  [
    'QLinearConcat',
    [
      second,
      ['com.microsoft.QLinearConcat', ['s1', 'u100', 'x', 's5', 'u130', 'b', 's3', 'u100'], 'y', { axis: 1 }],
    ],
    ['s1', 'u100'],
    [
      42, 94, 37, 94, 135, 104, 162, 106, 35, 93, 74, 97, 100, 100, 100, 100, 84, 98, 35, 93, 35, 93, 35, 93,
      35, 93, 35, 93, 35, 93, 35, 93, 35, 93, 35, 93, 162, 106, 162, 106, 162, 106, 36, 94, 36, 94, 36, 94,
      99, 100, 98, 100, 98, 100,
    ],
  ],
  [
    'QLinearAveragePool',
    [
      [
        'com.microsoft.QLinearAveragePool',
        ['x', 's5', 'u130', 's3', 'u100'],
        'y',
        { kernel_shape: [2, 2], strides: [1, 1], pads: [1, 0, 0, 1], count_include_pad: 1, channels_last: 0 },
      ],
    ],
    ['s3', 'u100'],
    [0, 77, 129, 0, 0, 107, 98, 11, 65, 0, 0, 46, 0, 0, 0, 0, 0, 0, 204, 203, 151, 97, 97, 98, 0, 0, 45],
  ],
  [
    'QLinearGlobalAveragePool',
    [
      conv,
      [
        'com.microsoft.QLinearGlobalAveragePool',
        ['c', 's5', 'u100', 's3', 'u130'],
        'y',
        { channels_last: 0 },
      ],
    ],
    ['s3', 'u130'],
    [44, 203, 0, 255, 46, 132],
  ],
  [
    'QLinearLeakyRelu',
    [['com.microsoft.QLinearLeakyRelu', ['x', 's5', 'u130', 's3', 'u100'], 'y', { alpha: { float: 0.25 } }]],
    ['s3', 'u100'],
    [
      51, 48, 217, 255, 46, 78, 100, 102, 87, 46, 46, 46, 46, 46, 46, 46, 46, 46, 255, 255, 255, 46, 47, 47,
      99, 99, 98,
    ],
  ],
  [
    'MaxPool of integers',
    [conv, ['MaxPool', ['c'], 'y', { kernel_shape: [1, 2], strides: [1, 1] }]],
    ['s5', 'u100'],
    [12, 196, 121, 190, 0, 182, 0, 182, 0, 24, 100, 180],
  ],
  [
    'QGemm behind a flattened picture',
    [
      conv,
      ['MaxPool', ['c'], 'm', { kernel_shape: [1, 2], strides: [1, 1] }],
      ['Flatten', ['m'], 'f'],
      [
        'com.microsoft.QGemm',
        ['f', 's5', 'u100', 'matrix', 'byOutput', 'zeros', 'bias', 's5', 'u130'],
        'y',
        { transB: 1, alpha: { float: 0.5 } },
      ],
    ],
    ['s5', 'u130'],
    [24, 135, 37, 92, 16, 134],
  ],
];

const value = (name: string): number => (constants as Readonly<Record<string, TestTensor>>)[name]!.values[0]!;

/** The file of a case: at its end what the last node gives stands for real numbers. */
const fileOf = (nodes: readonly TestNode[], [scale, zero]: Quantisation): Uint8Array =>
  onnxFile({
    nodes: [...nodes, ['DequantizeLinear', ['y', scale, zero], 'end']],
    constants,
    input: [1, 3, 3],
    inputType: 'uint8',
  });

const imported = (file: Uint8Array) =>
  loadModel(encodeModel(quantiseNetwork(importOnnx(file), { calibration: new Uint8Array(), logits: true })));

const real = await loadRuntime(process.env.ONNXRUNTIME).catch(() => undefined);

describe('operators of com.microsoft for networks that are quantised', () => {
  it.each(CASES)('%s: what onnxruntime gives, or the next integer', (_, nodes, [scale, zero], expected) => {
    const model = imported(fileOf(nodes, [scale, zero]));
    // A uint8 is our int8 and 128.
    const offset = zero.startsWith('u') ? 128 : 0;
    const output = Array.from(
      new Int8Array(plainEngine(model).run(ROWS).output.buffer),
      (each) => each + offset,
    );
    expect(model.model.scales?.output).toBeCloseTo(value(scale));
    expect(output).toHaveLength(expected.length);
    const off = output.map((each, at) => Math.abs(each - expected[at]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    expect(off.filter((each) => each === 0).length).toBeGreaterThanOrEqual(0.8 * off.length);
  });

  it.skipIf(real === undefined).each(CASES)(
    '%s: what is written here is what onnxruntime gives (needs ONNXRUNTIME)',
    async (_, nodes, [scale, zero], expected) => {
      const file = fileOf(nodes, [scale, zero]);
      const session = (await real!.InferenceSession.create(file, { logSeverityLevel: 3 })) as unknown as {
        run(feeds: object): Promise<{ end: { data: Float32Array; dims: readonly number[] } }>;
      };
      const { end } = await session.run({ x: new real!.Tensor('uint8', ROWS, [3, 1, 3, 3]) });
      const [rows = 0, channels = 1, height = 1, width = 1] = end.dims;
      const cells = height * width;
      const steps = Array.from({ length: rows * channels * cells }, (_unused, at) => {
        const [row, cell, channel] = [
          Math.floor(at / (cells * channels)),
          Math.floor(at / channels) % cells,
          at % channels,
        ];
        const number = end.data[(row * channels + channel) * cells + cell]!;
        return Math.round(number / value(scale)) + value(zero);
      });
      expect(steps).toEqual(expected);
    },
  );

  it('QGemm without a scale of its output gives real numbers', () => {
    const gemm = (...rest: readonly string[]): TestNode => [
      'com.microsoft.QGemm',
      ['f', 's5', 'u130', 'matrix', 'byOutput', 'zeros', 'bias', ...rest],
      'y',
      { transB: 1 },
    ];
    const vector = { constants, input: [4], inputType: 'uint8' } as const;
    const nodes = [['Identity', ['x'], 'f']] as const;
    const rows = Uint8Array.of(13, 4, 200, 255, 0, 77, 130, 131);
    const run = (more: readonly TestNode[]) =>
      plainEngine(imported(onnxFile({ ...vector, nodes: [...nodes, ...more] }))).run(rows).output;
    const later = run([gemm(), ['QuantizeLinear', ['y', 's3', 'u100'], 'q']]);
    expect(later).toEqual(run([gemm('s3', 'u100')]));
    expect(new Set(later).size).toBeGreaterThan(2);
  });

  it.each<[string, TestNode, string]>([
    [
      'channels that are last',
      [
        'com.microsoft.QLinearGlobalAveragePool',
        ['x', 's5', 'u130', 's3', 'u100'],
        'y',
        { channels_last: 1 },
      ],
      'channels are last',
    ],
    [
      'rows that would be mixed',
      ['com.microsoft.QGemm', ['x', 's5', 'u130', 'matrix', 's5', 'unit'], 'y', { transA: 1 }],
      'transA',
    ],
    ['an input without its scale', ['com.microsoft.QLinearAdd', ['x'], 'y'], 'no input 2'],
    [
      'an output without its scale',
      ['com.microsoft.QLinearLeakyRelu', ['x', 's5', 'u130'], 'y'],
      'no input 2',
    ],
    ['an operator on real numbers', ['com.microsoft.Gelu', ['x'], 'y'], 'com.microsoft.Gelu (first in /y)'],
  ])('are refused with %s', (_, node, message) => {
    const attempt = () =>
      imported(onnxFile({ nodes: [node], constants, input: [1, 3, 3], inputType: 'uint8' }));
    expect(attempt).toThrow(SandboxError);
    expect(attempt).toThrow(message);
  });
});
