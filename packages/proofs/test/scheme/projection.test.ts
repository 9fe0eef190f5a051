import type { Hash32 } from '@prometheus-compute/protocol';
import {
  encodeModel,
  kernelEngine,
  type LoadedModel,
  loadModel,
  type Model,
  type ModelNode,
  plainEngine,
} from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { projectionKernels } from '../../src/index.ts';
import { Projector } from '../../src/scheme/projection.ts';
import { named } from '../build/batch.ts';
import { numbers } from '../build/numbers.ts';
import { ORACLE_KERNELS } from '../build/oracle-kernels.ts';

const requant = (input: number, channels: number): ModelNode => ({
  ...{ op: 'requant', input, multipliers: new Int32Array(channels).fill(1_200_000_000), negative: null },
  ...{ shift: 41, zeroPoint: -3, low: -128, high: 127 },
});

/**
 * A window that is padded unevenly, with another value than 0, and strides; its activations feed two checked layers, of which
 * one is the output, so that int32 accumulators are.
 */
const NETWORK: Model = {
  input: { shape: { height: 6, width: 5, channels: 5 }, zeroPoint: 7, low: -128, high: 127 },
  nodes: [
    {
      ...{ op: 'conv', input: 0, groups: 1, padValue: 7 },
      weights: Int8Array.from(numbers(3 * 2 * 5 * 64, 5, -127, 127)),
      bias: Int32Array.from(numbers(64, 6, -9_000, 9_000)),
      kernel: { height: 3, width: 2 },
      stride: { height: 2, width: 1 },
      padding: { top: 1, left: 1, bottom: 0, right: 2 },
    },
    requant(1, 64),
    {
      ...{ op: 'conv', input: 2, groups: 1, padValue: -3 },
      weights: Int8Array.from(numbers(64 * 32, 8, -127, 127)),
      bias: Int32Array.from(numbers(32, 9, -9_000, 9_000)),
      ...{ kernel: { height: 1, width: 1 }, stride: { height: 1, width: 1 } },
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    },
    {
      ...{ op: 'conv', input: 2, groups: 1, padValue: -3 },
      weights: Int8Array.from(numbers(64 * 32, 10, -127, 127)),
      bias: Int32Array.from(numbers(32, 11, -9_000, 9_000)),
      ...{ kernel: { height: 1, width: 1 }, stride: { height: 1, width: 1 } },
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    },
    requant(3, 32),
    requant(4, 32),
    {
      ...{ op: 'add', inputs: [5, 6], inputZeroPoints: [-3, -3], multipliers: [1, 1] },
      ...{ shift: 1, zeroPoint: 0, low: -128, high: 127 },
    },
    {
      ...{ op: 'gemm', input: 7 },
      weights: Int8Array.from(numbers(3 * 7 * 32 * 18, 12, -127, 127)),
      bias: Int32Array.from(numbers(18, 13, -9_000, 9_000)),
    },
  ],
  output: 8,
};
const MODEL = loadModel(encodeModel(NETWORK));
const ROWS = 7;
const INPUT = Uint8Array.from(numbers(ROWS * MODEL.inputBytes, 3, 0, 255));
const CHALLENGES: readonly Hash32[] = [named('one'), named('two'), named('three')];

const WAYS = {
  'plain engine, big integers': (model: LoadedModel) => ({
    engine: plainEngine(model),
    kernels: ORACLE_KERNELS,
  }),
  'WebAssembly kernels': (model: LoadedModel) => ({
    engine: kernelEngine(model),
    kernels: projectionKernels(),
  }),
};

describe.each(Object.entries(WAYS))('projections by %s', (_, way) => {
  const tools = { model: MODEL, ...way(MODEL) };
  const honest = tools.engine.run(INPUT);

  it('of four checked layers give the outputs of a run, for any challenge and chunk', () => {
    expect(MODEL.linear.map(({ checked }) => checked)).toEqual([true, true, true, true]);
    for (const challenge of CHALLENGES) {
      const projector = new Projector({ ...tools, challenge });
      for (const chunk of [0, 1, 9]) {
        expect(projector.outputs(chunk, INPUT, honest.trace)).toEqual(honest.output);
      }
    }
  });

  it('find an accumulator that is off by one, in any layer, at any end of it, in the first and in the last row', () => {
    const projector = new Projector({ ...tools, challenge: CHALLENGES[0]! });
    for (const { offset, positions, N, accBytes } of MODEL.linear) {
      for (const cell of [0, N - 1, (positions - 1) * N, positions * N - 1]) {
        for (const row of [0, ROWS - 1]) {
          const trace = honest.trace.slice();
          const at = row * MODEL.rowTraceBytes + offset + cell * accBytes;
          trace[at]! ^= 1;
          expect(projector.outputs(2, INPUT, trace)).toBeUndefined();
        }
      }
    }
  });

  it('find errors that cancel out over the rows, or over the channels', () => {
    const projector = new Projector({ ...tools, challenge: CHALLENGES[1]! });
    const { accBytes } = MODEL.linear[0]!;
    const read = (trace: Uint8Array, at: number) =>
      trace.slice(at, at + accBytes).reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
    const add = (trace: Uint8Array, at: number, by: number) => {
      const sum = (read(trace, at) + by + 2 ** (8 * accBytes)) % 2 ** (8 * accBytes);
      for (let i = 0; i < accBytes; i++) trace[at + i] = Math.floor(sum / 2 ** (8 * i)) & 0xff;
    };
    for (const other of [MODEL.rowTraceBytes, accBytes]) {
      const trace = honest.trace.slice();
      add(trace, 0, 1);
      add(trace, other, -1);
      expect(projector.outputs(2, INPUT, trace)).toBeUndefined();
    }
  });

  it('an engine sums no accumulator that is larger than any input gives, by one, on either side', () => {
    const scalars = new BigUint64Array(ROWS).fill(1n);
    for (const { offset, bound, accBytes } of MODEL.linear) {
      for (const [value, isRefused] of [
        [bound, false],
        [-bound, false],
        [bound + 1, true],
        [-bound - 1, true],
      ] as const) {
        const trace = honest.trace.slice();
        for (let i = 0; i < accBytes; i++) trace[offset + i] = (value >> (8 * i)) & 0xff;
        expect(tools.engine.fold(INPUT, trace, scalars) === undefined).toBe(isRefused);
      }
    }
  });

  it('find right records of another order of rows', () => {
    const projector = new Projector({ ...tools, challenge: CHALLENGES[2]! });
    const size = MODEL.rowTraceBytes;
    const trace = honest.trace.slice();
    trace.set(honest.trace.subarray(size, 2 * size), 0);
    trace.set(honest.trace.subarray(0, size), size);
    expect(projector.outputs(2, INPUT, trace)).toBeUndefined();
  });
});
