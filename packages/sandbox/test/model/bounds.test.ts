import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConvNode, kernelEngine, type Model, plainEngine } from '../../src/index.ts';
import { requantised } from '../../src/model/engine/rounding.ts';
import { conv, gemm, load, modelOf, NO_PADDING, refusal, vector } from '../build/example-model.ts';
import { oracleRq } from './oracle.ts';

describe('the rule of rounding', () => {
  it('rounds half up, towards plus infinity', () => {
    expect([3, 2, 1, 0, -1, -2, -3].map((value) => requantised(value, 1, 1))).toEqual([
      2, 1, 1, 0, 0, -1, -1,
    ]);
  });

  it('is that of integers without a size, wherever an int8 can see it', () => {
    const edges = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 16, -(2 ** 16), 2 ** 16 - 1];
    const value = fc.oneof(fc.constantFrom(...edges), fc.integer());
    const multiplier = fc.oneof(
      fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 30, 65_535, 65_536),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    );
    fc.assert(
      fc.property(value, multiplier, fc.integer({ min: 1, max: 62 }), (v, m, shift) => {
        const exact = oracleRq(BigInt(v), BigInt(m), shift);
        const found = requantised(v, m, shift);
        if (exact < 2n ** 53n && exact > -(2n ** 53n)) expect(BigInt(found)).toBe(exact);
        else expect(Math.sign(found) * 2 ** 53).toBe(exact < 0n ? -(2 ** 53) : 2 ** 53);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('bounds of accumulators', () => {
  it('a layer whose accumulators can just reach 2^31 − 1 is loaded, and exact there; one more is refused', () => {
    // 4 · 127 · 127, and −4 · 127 · 128 on the other side
    const most = 4 * 127 * 127;
    const bias = 2 ** 31 - 1 - most;
    const model = load(modelOf(vector(4), gemm(4, 1, 127, bias)));
    expect(model.linear[0]!.bound).toBe(2 ** 31 - 1);
    for (const engine of [plainEngine(model), kernelEngine(model)]) {
      const { output } = engine.run(new Uint8Array(4).fill(255));
      expect(new DataView(output.buffer).getInt32(0, true)).toBe(2 ** 31 - 1);
    }
    const error = refusal(modelOf(vector(4), gemm(4, 1, 127, bias + 1)));
    expect(error.code).toBe('accumulator-overflow');
    expect(error.evidence).toEqual({ node: 0, op: 'gemm', bound: 2 ** 31, limit: 2 ** 31 - 1 });
  });

  it('the same at the negative end', () => {
    const least = -4 * 127 * 128;
    const bias = -(2 ** 31 - 1) - least;
    const model = load(modelOf(vector(4), gemm(4, 1, 127, bias)));
    for (const engine of [plainEngine(model), kernelEngine(model)]) {
      const { output } = engine.run(new Uint8Array(4));
      expect(new DataView(output.buffer).getInt32(0, true)).toBe(-(2 ** 31 - 1));
    }
    expect(refusal(modelOf(vector(4), gemm(4, 1, 127, bias - 1))).code).toBe('accumulator-overflow');
  });

  it('follow from the weights of each channel and the range of the input', () => {
    const node = { ...gemm(2, 2, 0, 0), weights: Int8Array.of(10, -20, -30, 40), bias: Int32Array.of(1, 2) };
    const narrow = {
      ...modelOf(vector(2), node),
      input: { shape: vector(2), zeroPoint: 0, low: -1, high: 3 },
    };
    const { linear, tensors } = load(narrow);
    // channel 0: 10·[−1, 3] − 30·[−1, 3] + 1; channel 1: −20·[−1, 3] + 40·[−1, 3] + 2
    expect(tensors[1]).toMatchObject({
      low: Math.min(-10 - 90 + 1, -60 - 40 + 2),
      high: Math.max(30 + 30 + 1, 20 + 120 + 2),
    });
    expect(linear[0]!.bound).toBe(142);
  });

  it('padValue belongs to the range where cells are added, and only there', () => {
    const narrow = (node: ConvNode): Model => ({
      ...modelOf({ height: 2, width: 2, channels: 2 }, node),
      input: { shape: { height: 2, width: 2, channels: 2 }, zeroPoint: 0, low: 0, high: 1 },
    });
    const weights = Int8Array.of(1, 1, 1, 1);
    expect(load(narrow(conv({ weights, padValue: -128 }))).linear[0]!.bound).toBe(2);
    const padding = { ...NO_PADDING, left: 1 };
    expect(load(narrow(conv({ weights, padValue: -128, padding }))).linear[0]!.bound).toBe(256);
  });

  it.each([
    [32_767 - 127 * 127, 2],
    [32_768 - 127 * 127, 3],
    [2 ** 23 - 1 - 127 * 127, 3],
    [2 ** 23 - 127 * 127, 4],
    [-32_768 + 127 * 128, 2],
    [-32_769 + 127 * 128, 3],
    [-(2 ** 23) + 127 * 128, 3],
    [-(2 ** 23) - 1 + 127 * 128, 4],
  ])('with the bias %i an accumulator takes %i bytes of a record', (bias, bytes) => {
    expect(load(modelOf(vector(1), gemm(1, 1, 127, bias))).linear[0]!.accBytes).toBe(bytes);
  });

  it('range of a table: what it gives for values that can occur', () => {
    const table = Int8Array.from({ length: 256 }, (_, at) =>
      at === 0 ? 127 : at === 129 ? 5 : at === 255 ? -128 : 4,
    );
    const input = { shape: vector(1), zeroPoint: 0, low: 0, high: 3 };
    const { tensors } = load({ input, nodes: [{ op: 'table', input: 0, table }], output: 1 });
    expect(tensors[1]).toMatchObject({ low: 4, high: 5 });
  });
});
