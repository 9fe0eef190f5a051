import { describe, expect, it } from 'vitest';
import { importOnnx, quantiseNetwork, SandboxError } from '../../src/index.ts';
import { floats, onnxFile, scalar, type TestGraph, type TestNode } from '../build/onnx.ts';

const constants = {
  w: floats([1, 1, 2, 2], [1, 2, 3, 4]),
  m: floats(
    [16, 2],
    Array.from({ length: 32 }, (_, at) => at),
  ),
  s: scalar(0.1),
  zero: scalar(0),
  z: scalar(0, 'uint8'),
  four: { type: 'int64', dimensions: [4], values: [-1, 2, 2, 4] },
  mixed: { type: 'int64', dimensions: [2], values: [2, -1] },
  b: floats([3], [1, 2, 3]),
} as const;

function refusal(graph: TestGraph): SandboxError {
  try {
    importOnnx(onnxFile(graph));
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('networks of which no model can be made', () => {
  it('name every operator that is not supported with the first node that uses it, and nothing that the output does not need', () => {
    const nodes: readonly TestNode[] = [
      ['Sigmoid', ['x'], 'a'],
      ['Tanh', ['a'], 'b'],
      ['Sigmoid', ['b'], 'c'],
      ['com.microsoft.Gelu', ['c'], 'd'],
      ['Erf', ['x'], 'unused'],
    ];
    const error = refusal({ input: [4], nodes, output: 'd' });
    expect(error.code).toBe('onnx-unsupported');
    expect(error.message).toBe(
      'operators that are not supported: Sigmoid (first in /a), Tanh (first in /b), com.microsoft.Gelu (first in /d)',
    );
  });

  const one = (node: TestNode, input: readonly number[] = [1, 4, 4]): TestGraph => ({
    input,
    constants,
    nodes: [node],
  });
  it.each<[string, TestGraph, string]>([
    ['dilations', one(['Conv', ['x', 'w'], 'y', { dilations: [2, 2] }]), 'dilations'],
    ['an unknown attribute', one(['Relu', ['x'], 'y', { limit: 3 }]), "attribute 'limit'"],
    ['weights that are no constant', one(['Conv', ['x', 'x'], 'y']), 'not a constant'],
    ['a convolution of vectors', one(['Conv', ['x', 'w'], 'y'], [4]), 'height and width'],
    [
      'rounding up in a pool',
      one(['MaxPool', ['x'], 'y', { kernel_shape: [2, 2], ceil_mode: 1 }]),
      'ceil_mode',
    ],
    ['a product with the batch transposed', one(['Gemm', ['x', 'm'], 'y', { transA: 1 }], [16]), 'transA'],
    ['a product with a picture', one(['MatMul', ['x', 'm'], 'y']), 'flatten'],
    ['a constant of three values for four', one(['Add', ['x', 'b'], 'y'], [4]), 'one for each channel'],
    ['a concatenation of rows', one(['Concat', ['x', 'x'], 'y', { axis: 2 }]), 'axis is 2'],
    ['a shape that mixes rows', one(['Reshape', ['x', 'mixed'], 'y']), 'rows of a batch'],
    ['a shape in another order', one(['Reshape', ['x', 'four'], 'y'], [16]), 'another order'],
    ['an output that is a flattened picture', one(['Flatten', ['x'], 'y']), 'flattened picture'],
    ['a scale of zero', one(['QuantizeLinear', ['x', 'zero', 'z'], 'y']), 'scale is not positive'],
    ['a sequence', { input: [4, 4], nodes: [['Relu', ['x'], 'y']] }, 'batch, channels, height, width'],
    [
      'something behind Softmax',
      {
        input: [4],
        nodes: [
          ['Softmax', ['x'], 'a'],
          ['Relu', ['a'], 'y'],
        ],
      },
      'after Softmax',
    ],
    [
      'something behind ArgMax',
      {
        input: [4],
        nodes: [
          ['ArgMax', ['x'], 'a', { axis: 1 }],
          ['Relu', ['a'], 'y'],
        ],
      },
      'an index',
    ],
    [
      'a name that nothing gives',
      { input: [4], nodes: [['Add', ['x', 'none'], 'y']] },
      "gives its input 'none'",
    ],
  ])('are refused with the node: %s', (_, graph, message) => {
    const error = refusal(graph);
    expect(error.code).toMatch(/^onnx-(?:unsupported|malformed)$/);
    expect(error.message).toContain(message);
    expect(error.evidence.place).toMatch(/^\/[ay]$|^the (?:graph|input 'x')$/);
  });

  const wide = { type: 'int8', dimensions: [1, 2 ** 22], values: new Array(2 ** 22).fill(1) } as const;
  it.each<[string, TestGraph]>([
    ['an input of more than 16 Mi values', { input: [1, 4097, 4096], nodes: [['Relu', ['x'], 'y']] }],
    [
      'tensors that together are more than 256 MiB',
      {
        input: [1, 4096, 4096],
        nodes: Array.from(
          { length: 17 },
          (_, at) => ['Relu', [at === 0 ? 'x' : `r${at - 1}`], `r${at}`] as const,
        ),
      },
    ],
    [
      'more than 2^33 products for a row',
      {
        input: [1, 2048, 2048],
        nodes: [['MaxPool', ['x'], 'y', { kernel_shape: [1000, 1000], strides: [1, 1] }]],
      },
    ],
    [
      'an average of more cells than a kernel has',
      { input: [1, 1, 1025], nodes: [['GlobalAveragePool', ['x'], 'y']] },
    ],
    [
      'one constant that many nodes make weights of',
      {
        input: [1],
        constants: { wide, s: scalar(1) },
        nodes: Array.from(
          { length: 9 },
          (_, at) => ['DequantizeLinear', ['wide', 's'], `w${at}`] as const,
        ).flatMap((node, at) => [
          node,
          ['MatMul', ['x', node[2]], `m${at}`] as const,
          ...(at === 0 ? [] : [['Add', [at === 1 ? 'm0' : `a${at - 1}`, `m${at}`], `a${at}`] as const]),
        ]),
      },
    ],
  ])('are refused before memory or time is spent on them: %s', (_, graph) => {
    expect(refusal(graph)).toMatchObject({ code: 'onnx-too-large' });
  });

  it('cannot be quantised without rows, with part of a row, or with values that are not finite', () => {
    const relu = importOnnx(onnxFile({ input: [4], nodes: [['Relu', ['x'], 'y']] }));
    for (const calibration of [new Uint8Array(), new Uint8Array(6)]) {
      expect(() => quantiseNetwork(relu, { calibration })).toThrow(/rows of 4 bytes/);
    }
    const huge = { a: floats([1, 1], [3e38]) };
    const nodes: readonly TestNode[] = [
      ['MatMul', ['x', 'a'], 'b'],
      ['MatMul', ['b', 'a'], 'c'],
      ['Relu', ['c'], 'y'],
    ];
    const network = importOnnx(onnxFile({ input: [1], constants: huge, nodes }));
    expect(() => quantiseNetwork(network, { calibration: Uint8Array.of(255) })).toThrow(/not finite/);
  });
});
