import { describe, expect, it } from 'vitest';
import { kernelEngine, type ModelNode, type Padding, plainEngine, type Shape } from '../../src/index.ts';
import { conv, gemm, load, modelOf, NO_PADDING, ONE, vector } from '../build/example-model.ts';

/** What both engines give for activations, as int8. */
function outputOf(shape: Shape, activations: readonly number[], ...nodes: readonly ModelNode[]): number[] {
  const model = load(modelOf(shape, ...nodes));
  const input = Uint8Array.from(activations, (value) => value + 128);
  const [plain, kernel] = [plainEngine(model), kernelEngine(model)].map((engine) => engine.run(input).output);
  expect(kernel).toEqual(plain);
  return [...new Int8Array(plain!.buffer)];
}
const half = (input: number, negative: Int32Array | null): ModelNode => ({
  op: 'requant',
  input,
  multipliers: Int32Array.of(2 ** 30),
  negative,
  shift: 31,
  zeroPoint: 0,
  low: -128,
  high: 127,
});
const identity = gemm(1, 1, 1);

describe('F §Operators, by hand', () => {
  it.each([
    [[5, 9, 9, 1], 1],
    [[-128, -128, -128, -128], 0],
    [[1, 2, 3, 4], 3],
  ])('argmax of %j is %i: the lowest of several, of int8 and of int32', (row, index) => {
    expect(outputOf(vector(4), row, { op: 'argmax', input: 0 })).toEqual([index]);
    const weights = Int8Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
    const same: ModelNode = { op: 'gemm', input: 0, weights, bias: new Int32Array(4) };
    expect(outputOf(vector(4), row, same, { op: 'argmax', input: 1 })).toEqual([index]);
  });

  it('requant: negative accumulators have their own multipliers (LeakyReLU)', () => {
    expect(outputOf(vector(1), [100, -100], identity, half(1, null))).toEqual([50, -50]);
    expect(outputOf(vector(1), [100, -100], identity, half(1, Int32Array.of(2 ** 28)))).toEqual([50, -12]);
  });

  it('requant: low and high clamp (ReLU, clip), also what is far outside of an int8', () => {
    const wide = gemm(1, 1, 100);
    const relu: ModelNode = { ...half(1, null), low: 0, high: 60 } as ModelNode;
    expect(outputOf(vector(1), [100, -100, 1], wide, relu)).toEqual([60, 0, 50]);
  });

  it('maxpool: a cell that was added never wins, not even against −128', () => {
    const padding: Padding = { top: 1, left: 1, bottom: 0, right: 0 };
    const pool: ModelNode = {
      op: 'maxpool',
      input: 0,
      kernel: { height: 2, width: 2 },
      stride: ONE,
      padding,
    };
    const square = { height: 2, width: 2, channels: 1 };
    expect(outputOf(square, [-128, -7, -5, -100], pool)).toEqual([-128, -7, -5, -5]);
  });

  it.each([
    [false, [12, 18, 24]],
    [true, [8, 18, 16]],
  ])(
    'avgpool, countPadding %s: the mean of the cells, or of all that the window covers',
    (countPadding, means) => {
      const pool: ModelNode = {
        op: 'avgpool',
        input: 0,
        kernel: { height: 1, width: 3 },
        stride: ONE,
        padding: { ...NO_PADDING, left: 1, right: 1 },
        inputZeroPoint: 2,
        multipliers: Int32Array.from([1, 2, 3], (cells) => Math.round(2 ** 30 / cells)),
        shift: 30,
        zeroPoint: 0,
        countPadding,
      };
      // less the zero point 2: 6, 18, 30
      expect(outputOf({ height: 1, width: 3, channels: 1 }, [8, 20, 32], pool)).toEqual(means);
    },
  );

  it('add: each input has its zero point and multiplier, and both are rounded together', () => {
    const add: ModelNode = {
      op: 'add',
      inputs: [1, 0],
      inputZeroPoints: [1, -1],
      multipliers: [1, 3],
      shift: 1,
      zeroPoint: 10,
      low: -128,
      high: 127,
    };
    const mirror: ModelNode = {
      op: 'table',
      input: 0,
      table: Int8Array.from({ length: 256 }, (_, at) => 127 - at),
    };
    // of q the table gives −1 − q: ((−1 − q − 1) + 3·(q + 1)) / 2 = q + 1/2, rounded up
    expect(outputOf(vector(1), [4, -7], mirror, add)).toEqual([15, 4]);
  });

  it('concat: channels of each cell side by side, rescaled', () => {
    const concat: ModelNode = {
      op: 'concat',
      inputs: [0, 0],
      inputZeroPoints: [0, 1],
      multipliers: [2, 4],
      shift: 1,
      zeroPoint: 0,
    };
    expect(outputOf({ height: 1, width: 2, channels: 1 }, [5, 100], concat)).toEqual([5, 8, 100, 127]);
  });

  it('conv: each group of output channels sees its own input channels', () => {
    const grouped = conv({ weights: Int8Array.of(2, 4, 6, 8), bias: new Int32Array(4), groups: 2 });
    const requant = { ...half(1, null), multipliers: new Int32Array(4).fill(2 ** 30) } as ModelNode;
    expect(outputOf(vector(2), [1, 10], grouped, requant)).toEqual([1, 2, 30, 40]);
  });

  it('gemm takes cells in the order height, width, channels', () => {
    const weights = Int8Array.of(2, 20, 4, 40);
    const first: ModelNode = { op: 'gemm', input: 0, weights, bias: new Int32Array(1) };
    const shape = { height: 2, width: 1, channels: 2 };
    expect(outputOf(shape, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], first, half(1, null))).toEqual([
      1, 10, 2, 20,
    ]);
  });
});
