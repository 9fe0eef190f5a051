import { Projector, projectionKernels } from '@prometheus-compute/proofs';
import {
  encodeModel,
  kernelEngine,
  type LinearNode,
  type LoadedModel,
  loadModel,
  type Model,
  plainEngine,
  type Shape,
} from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { named } from '../../packages/proofs/test/build/batch.ts';
import { numbers } from '../../packages/proofs/test/build/numbers.ts';
import { ORACLE_KERNELS } from '../../packages/proofs/test/build/oracle-kernels.ts';
import { randomModel, randomRows } from '../../packages/sandbox/test/build/random-model.ts';

const KERNELS = projectionKernels();
const CHALLENGE = named('challenge');

/** A model and what checks it. */
interface Subject {
  readonly model: LoadedModel;
  readonly run: (input: Uint8Array) => { readonly output: Uint8Array; readonly trace: Uint8Array };
  readonly projector: Projector;
}

function subject(graph: Model, of: 'kernels' | 'oracle' = 'kernels'): Subject {
  const model = loadModel(encodeModel(graph));
  const engine = of === 'kernels' ? kernelEngine(model) : plainEngine(model);
  const kernels = of === 'kernels' ? KERNELS : ORACLE_KERNELS;
  const projector = new Projector({ model, engine, kernels, challenge: CHALLENGE });
  return { model, run: (input) => engine.run(input), projector };
}

/** A model of one layer whose accumulators are its output. */
function single(shape: Shape, node: LinearNode): Model {
  return { input: { shape, zeroPoint: 0, low: -128, high: 127 }, nodes: [node], output: 1 };
}

type Fill = 'ordinary' | 'lowest' | 'highest' | 'both';
const FILLS: readonly Fill[] = ['ordinary', 'lowest', 'highest', 'both'];

/** int8 values: as a trained network has them, or only the extremes. */
function filled(length: number, fill: Fill, seed: number): Int8Array {
  if (fill === 'ordinary') return Int8Array.from(numbers(length, seed, -90, 90));
  if (fill === 'both') return Int8Array.from(numbers(length, seed, 0, 1), (bit) => (bit === 0 ? -128 : 127));
  return new Int8Array(length).fill(fill === 'lowest' ? -128 : 127);
}

const conv = (
  shape: Shape,
  side: number,
  outputs: number,
  stride: number,
  pad: number,
  fill: Fill,
  groups = 1,
): Model => {
  const K = (side * side * shape.channels) / groups;
  return single(shape, {
    op: 'conv',
    input: 0,
    weights: filled(K * outputs, fill, K + outputs),
    bias: Int32Array.from(numbers(outputs, K, -1_000_000, 1_000_000)),
    kernel: { height: side, width: side },
    stride: { height: stride, width: stride },
    padding: { top: pad, left: pad, bottom: pad, right: pad },
    groups,
    padValue: -128,
  });
};
const gemm = (K: number, N: number, fill: Fill): Model =>
  single(
    { height: 1, width: 1, channels: K },
    {
      op: 'gemm',
      input: 0,
      weights: filled(K * N, fill, K + N),
      bias: Int32Array.from(numbers(N, K, -(2 ** 30), 2 ** 30)),
    },
  );

/** Layers of real networks, K ≥ 256 where they are checked: odd sizes, strides, padding, depthwise. */
const REAL: readonly (readonly [string, (fill: Fill) => Model])[] = [
  ['784 → 512', (fill) => gemm(784, 512, fill)],
  ['257 → 33', (fill) => gemm(257, 33, fill)],
  ['1,000 → 77', (fill) => gemm(1_000, 77, fill)],
  ['3×3, 32 → 64, 7×7', (fill) => conv({ height: 7, width: 7, channels: 32 }, 3, 64, 1, 1, fill)],
  [
    '5×5, 16 → 64, 14×14, stride 2',
    (fill) => conv({ height: 14, width: 14, channels: 16 }, 5, 64, 2, 2, fill),
  ],
  ['3×3, 29 → 31, 5×9', (fill) => conv({ height: 5, width: 9, channels: 29 }, 3, 31, 1, 0, fill)],
  ['1×1, 256 → 40, 3×3', (fill) => conv({ height: 3, width: 3, channels: 256 }, 1, 40, 1, 0, fill)],
  ['depthwise 3×3, 24, 9×9', (fill) => conv({ height: 9, width: 9, channels: 24 }, 3, 24, 1, 1, fill, 24)],
];

function rowsOf({ model }: Subject, rows: number, fill: Fill, seed: number): Uint8Array {
  return Uint8Array.from(filled(rows * model.inputBytes, fill, seed), (value) => value + 128);
}

describe('F §Schemes: honest records are never refused', () => {
  it.each(REAL)('1,000 chunks over layers of real networks: 128 of %s', (_, layer) => {
    for (const fill of FILLS) {
      const it = subject(layer(fill));
      for (let chunk = 0; chunk < 32; chunk++) {
        const input = rowsOf(it, 1 + (chunk % 3), FILLS[chunk % 4]!, chunk + 1);
        const { output, trace } = it.run(input);
        expect(it.projector.outputs(chunk, input, trace)).toEqual(output);
      }
    }
  });

  it('9,000 chunks over 300 random graphs', () => {
    for (let seed = 0; seed < 300; seed++) {
      const it = subject(randomModel(seed));
      for (let chunk = 0; chunk < 30; chunk++) {
        const input = randomRows(it.model, 1 + (chunk % 3), chunk);
        const { output, trace } = it.run(input);
        expect(it.projector.outputs(chunk, input, trace)).toEqual(output);
      }
    }
  });

  it('with more rows than an engine has in memory at a time', () => {
    const wide = gemm(64, 16_000, 'both');
    const it = subject({ ...wide, nodes: [...wide.nodes, { op: 'argmax', input: 1 }], output: 2 });
    expect(1_200 * it.model.rowBytes).toBeGreaterThan(64 * 1024 * 1024);
    const input = rowsOf(it, 1_200, 'both', 5);
    const { output, trace } = it.run(input);
    expect(it.projector.outputs(0, input, trace)).toEqual(output);
    trace[1_199 * it.model.rowTraceBytes]! ^= 1;
    expect(it.projector.outputs(0, input, trace)).toBeUndefined();
  });
});

describe('F §Schemes: one wrong accumulator is always found', () => {
  it.each(REAL.filter(([name]) => !name.startsWith('depthwise')))(
    'in any byte of the records of %s',
    (_, layer) => {
      for (const fill of FILLS) {
        const it = subject(layer(fill));
        const input = rowsOf(it, 3, fill, 3);
        const { trace } = it.run(input);
        for (const place of numbers(12, 3, 0, trace.length - 1)) {
          const wrong = trace.slice();
          wrong[place]! ^= 1 << (place % 8);
          expect(it.projector.outputs(place, input, wrong)).toBeUndefined();
        }
      }
    },
  );

  it('also where two rows are wrong by opposite amounts, or one row by amounts that cancel', () => {
    const it = subject(gemm(64, 40, 'ordinary'));
    const input = rowsOf(it, 4, 'ordinary', 1);
    const { trace } = it.run(input);
    const { accBytes } = it.model.linear[0]!;
    const row = it.model.rowTraceBytes;
    for (const [up, down] of [
      [0, row],
      [0, accBytes],
      [2 * row, 3 * row + accBytes],
    ] as const) {
      const wrong = trace.slice();
      wrong[up]! += 1;
      wrong[down]! -= 1;
      expect(it.projector.outputs(1, input, wrong)).toBeUndefined();
    }
  });

  it('and rows that were exchanged', () => {
    const it = subject(gemm(64, 40, 'ordinary'));
    const input = rowsOf(it, 2, 'ordinary', 1);
    const { trace } = it.run(input);
    const half = trace.length / 2;
    const swapped = new Uint8Array([...trace.subarray(half), ...trace.subarray(0, half)]);
    expect(it.projector.outputs(0, input, swapped)).toBeUndefined();
  });
});

describe('sums over the field', () => {
  it('of the kernels are those of big integers, on random graphs', () => {
    for (let seed = 0; seed < 40; seed++) {
      const graph = randomModel(seed);
      const [fast, slow] = [subject(graph), subject(graph, 'oracle')];
      const input = randomRows(fast.model, 2, seed);
      const { output, trace } = fast.run(input);
      const wrong = trace.slice();
      if (wrong.length > 0) wrong[seed % wrong.length]! ^= 1;
      for (const records of [trace, wrong])
        expect(fast.projector.outputs(0, input, records)).toEqual(slow.projector.outputs(0, input, records));
      expect(slow.projector.outputs(0, input, trace)).toEqual(output);
    }
  });
});
