import { describe, expect, it } from 'vitest';
import type { Model, ModelNode, Shape } from '../../src/index.ts';
import {
  conv,
  everyOperator,
  gemm,
  load,
  modelOf,
  NO_PADDING,
  ONE,
  refusal,
  vector,
} from '../build/example-model.ts';

describe('what is known of a loaded model', () => {
  it('sizes, layers and offsets', () => {
    const nodes: readonly ModelNode[] = [
      conv({
        weights: new Int8Array(9 * 4 * 32).fill(3),
        bias: new Int32Array(32),
        kernel: { height: 3, width: 3 },
      }),
      {
        op: 'requant',
        input: 1,
        multipliers: new Int32Array(32),
        negative: null,
        shift: 1,
        zeroPoint: 0,
        low: 0,
        high: 1,
      },
      { ...gemm(2 * 2 * 32, 40, 64), input: 2 },
    ];
    const model = load(modelOf({ height: 4, width: 4, channels: 4 }, ...nodes));
    expect(model).toMatchObject({
      inputBytes: 64,
      outputBytes: 160,
      macs: 36 * 32 * 4 + 128 * 40,
      parameters: 36 * 32 + 32 + 128 * 40 + 40,
      sevenBit: false,
      rowTraceBytes: 4 * 32 * 2 + 40 * 2,
    });
    expect(model.linear).toEqual([
      {
        node: 0,
        kind: 'conv',
        K: 36,
        N: 32,
        positions: 4,
        checked: true,
        bound: 36 * 3 * 128,
        accBytes: 2,
        offset: 0,
      },
      {
        node: 2,
        kind: 'gemm',
        K: 128,
        N: 40,
        positions: 1,
        checked: true,
        bound: 128 * 64,
        accBytes: 2,
        offset: 256,
      },
    ]);
  });

  it.each([
    [32, 32, true],
    [31, 32, false],
    [272, 17, true],
    [271, 17, false],
  ])('K = %i, N = %i: checked is %s, for K·N ≥ 16·(K + N)', (K, N, checked) => {
    expect(load(modelOf(vector(K), gemm(K, N, 1))).linear[0]!.checked).toBe(checked);
  });

  it('a layer of several groups is never checked', () => {
    const node = conv({ weights: new Int8Array(64 * 128), bias: new Int32Array(128), groups: 2 });
    const { linear, rowTraceBytes } = load(modelOf(vector(128), node));
    expect(linear[0]).toMatchObject({ K: 64, N: 128, checked: false, offset: 0 });
    expect(rowTraceBytes).toBe(0);
  });

  it('seven bits: all weights from −64 to 63', () => {
    expect(load(modelOf(vector(1), gemm(1, 1, 63))).sevenBit).toBe(true);
    expect(load(modelOf(vector(1), gemm(1, 1, -64))).sevenBit).toBe(true);
    expect(load(modelOf(vector(1), gemm(1, 1, 64))).sevenBit).toBe(false);
  });

  it.each([
    [256, 1],
    [257, 2],
  ])('argmax among %i channels gives %i bytes', (channels, bytes) => {
    expect(load(modelOf(vector(channels), { op: 'argmax', input: 0 })).outputBytes).toBe(bytes);
  });
});

describe('what does not fit together is refused', () => {
  const every = everyOperator();
  const withNode = (index: number, change: object): Model => ({
    ...every,
    nodes: every.nodes.map((node, at) => (at === index ? ({ ...node, ...change } as ModelNode) : node)),
  });
  const wide = { height: 3, width: 3 };
  const square = { height: 2, width: 2, channels: 2 };

  it.each([
    [
      'weights of another number than kernel and channels',
      withNode(0, { weights: new Int8Array(5) }),
      'weights',
    ],
    ['groups that do not divide the channels', withNode(0, { groups: 3 }), 'groups'],
    ['no output channel', withNode(0, { weights: new Int8Array(0), bias: new Int32Array(0) }), 'groups'],
    ['a kernel larger than the input', withNode(0, { kernel: wide, weights: new Int8Array(36) }), 'kernel'],
    ['a conv of int32', modelOf(square, conv({}), conv({ input: 1 })), 'input'],
    ['a requant of int8', withNode(1, { input: 0 }), 'input'],
    ['multipliers for other channels', withNode(1, { multipliers: new Int32Array(3) }), 'multipliers'],
    ['negative multipliers for other channels', withNode(1, { negative: new Int32Array(3) }), 'negative'],
    ['a table of 255 values', withNode(2, { table: new Int8Array(255) }), 'table'],
    ['a table of int32', withNode(2, { input: 1 }), 'input'],
    ['a pool of a window in what is added', withNode(3, { padding: { ...NO_PADDING, left: 1 } }), 'padding'],
    ['a pool of int32', withNode(3, { input: 1 }), 'input'],
    [
      'a mean without a multiplier for each count',
      withNode(4, { multipliers: new Int32Array(2) }),
      'multipliers',
    ],
    [
      'a sum of other shapes',
      modelOf(vector(4), { op: 'reshape', input: 0, shape: { height: 2, width: 2, channels: 1 } }, {
        ...every.nodes[5]!,
        inputs: [0, 1],
      } as ModelNode),
      'inputs',
    ],
    [
      'a concat of other sides',
      modelOf(vector(4), { op: 'reshape', input: 0, shape: { height: 2, width: 2, channels: 1 } }, {
        ...every.nodes[6]!,
        inputs: [0, 1],
      } as ModelNode),
      'inputs',
    ],
    [
      'a concat of int32',
      modelOf(vector(1), gemm(1, 1, 1), { ...every.nodes[6]!, inputs: [0, 1] } as ModelNode),
      'input',
    ],
    [
      'a sum of int32',
      modelOf(vector(1), gemm(1, 1, 1), { ...every.nodes[5]!, inputs: [0, 1] } as ModelNode),
      'input',
    ],
    ['a reshape to other cells', withNode(7, { shape: vector(15) }), 'shape'],
    ['a gemm of other K', withNode(8, { weights: new Int8Array(45) }), 'weights'],
    [
      'an argmax of a picture',
      modelOf({ height: 2, width: 1, channels: 1 }, { op: 'argmax', input: 0 }),
      'input',
    ],
    [
      'an index as an input',
      modelOf(vector(2), { op: 'argmax', input: 0 }, { op: 'reshape', input: 1, shape: vector(1) }),
      'input',
    ],
  ])('%s', (_name, model, field) => {
    const error = refusal(model);
    expect(error.code).toBe('model-malformed');
    expect(error.evidence).toHaveProperty('node');
    expect(error.evidence.field).toBe(field);
  });

  it('a tensor that nothing takes: of a node, and the input', () => {
    const table: ModelNode = { op: 'table', input: 0, table: new Int8Array(256) };
    expect(refusal(modelOf(vector(1), table, table)).evidence).toMatchObject({ node: 0 });
    expect(refusal(modelOf(vector(1), table, table)).message).toContain('nothing takes its output');
  });
});

describe('sizes are refused before anything is allocated', () => {
  const huge = (height: number, width: number, channels: number): Shape => ({ height, width, channels });

  it.each([
    ['an input', modelOf(huge(4096, 4096, 2), { op: 'reshape', input: 0, shape: vector(1) }), {}],
    [
      'a tensor of a node',
      modelOf(huge(4096, 4096, 1), conv({ weights: new Int8Array(1), bias: new Int32Array(1) })),
      { node: 0 },
    ],
    [
      'all tensors of a row',
      modelOf(
        huge(4096, 4096, 1),
        ...Array.from(
          { length: 16 },
          (_, input): ModelNode => ({ op: 'table', input, table: new Int8Array(256) }),
        ),
      ),
      {},
    ],
    [
      'the products of a row',
      modelOf(
        huge(1024, 1024, 4),
        conv({
          weights: new Int8Array(45 * 45 * 4 * 2),
          kernel: { height: 45, width: 45 },
          padding: { top: 22, left: 22, bottom: 22, right: 22 },
        }),
      ),
      { node: 0 },
    ],
    [
      'the cells that pools look at',
      modelOf(huge(2048, 2048, 1), {
        op: 'maxpool',
        input: 0,
        kernel: { height: 1024, width: 1024 },
        stride: ONE,
        padding: NO_PADDING,
      }),
      { node: 0 },
    ],
  ])('%s', (_name, model, evidence) => {
    const error = refusal(model);
    expect(error.code).toBe('model-too-large');
    expect(error.evidence).toMatchObject(evidence);
    expect(error.evidence.value).toBeGreaterThan(Number(error.evidence.limit));
  });
});
