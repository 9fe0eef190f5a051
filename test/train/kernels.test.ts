import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshBench, randomFloats } from './build/bench.ts';
import { worstDifference } from './build/reference.ts';

describe('gemm', () => {
  const product = async (m: number, n: number, k: number, aTurned: boolean, bTurned: boolean) => {
    const bench = await freshBench();
    const a = randomFloats(m * k, 1);
    const b = randomFloats(k * n, 2);
    const c = bench.take(m * n);
    bench.kernels.gemm(
      ...([m, n, k] as const),
      ...([bench.place(a), aTurned ? 1 : k, aTurned ? m : 1] as const),
      ...([bench.place(b), bTurned ? 1 : n, bTurned ? k : 1] as const),
      ...([c, bench.take(bench.kernels.GEMM_SCRATCH.value / 4)] as const),
    );
    const expected = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let x = 0; x < k; x++)
          expected[i * n + j]! += a[aTurned ? x * m + i : i * k + x]! * b[bTurned ? j * k + x : x * n + j]!;
      }
    }
    return worstDifference(bench.view(c, m * n), expected);
  };

  it('multiplies matrices of any size, as they are or transposed', async () => {
    const size = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.boolean(), fc.boolean(), async (...parameters) => {
        expect(await product(...parameters)).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [70, 20, 300],
    [5, 530, 9],
    [65, 513, 257],
  ])('goes on where a block ends: %i × %i over %i', async (m, n, k) => {
    for (const turned of [false, true]) expect(await product(m, n, k, turned, turned)).toBeLessThan(1e-4);
  });
});

describe('adamStep', () => {
  it('moves parameters as Adam with decoupled weight decay does, step after step', async () => {
    const bench = await freshBench();
    const [rate, decay, beta1, beta2] = [0.01, 0.1, 0.9, 0.999];
    const count = 8;
    const start = randomFloats(count, 3);
    const values = bench.place(start);
    const [mean, square] = [bench.take(count), bench.take(count)];
    const expected = Array.from(start, (value) => ({ value, mean: 0, square: 0 }));
    for (let step = 1; step <= 5; step++) {
      const gradient = randomFloats(count, 10 + step);
      bench.kernels.adamStep(values, bench.place(gradient), mean, square, count, rate, decay, step);
      for (const [at, state] of expected.entries()) {
        const g = gradient[at]!;
        state.mean = beta1 * state.mean + (1 - beta1) * g;
        state.square = beta2 * state.square + (1 - beta2) * g * g;
        const moved = state.mean / (1 - beta1 ** step) / Math.sqrt(state.square / (1 - beta2 ** step));
        state.value -= rate * decay * state.value + rate * moved;
      }
    }
    const wanted = expected.map(({ value }) => value);
    expect(worstDifference(bench.view(values, count), wanted)).toBeLessThan(1e-5);
  });
});
