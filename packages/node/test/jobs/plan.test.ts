import { readFileSync } from 'node:fs';
import { DEFAULT_PARAMETERS } from '@prometheus-compute/protocol';
import { encodeModel, loadModel } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { excessOfRecords, recordsOf } from '../../src/engine/records-limit.ts';
import { DEVELOPMENT_POLICY, type JobSpecification, planJob } from '../../src/index.ts';

const program = new Uint8Array(
  readFileSync(new URL('../../../../examples/primes/primes.wasm', import.meta.url)),
);

/** A job with the default contract of T §Default P: 2 batches of 20 chunks, 10 of them checked. */
function job(changes: Partial<JobSpecification> = {}): JobSpecification {
  const inputs = Array.from({ length: 20 }, (_, i) => new TextEncoder().encode(`${i} ${i + 10}\n`));
  return {
    name: 'test',
    program,
    profile: 'wasi-0',
    scheme: 'replay',
    batches: [{ inputs }, { inputs }],
    sampled: 10,
    parameters: DEFAULT_PARAMETERS,
    reward: 100_000n,
    settlementFee: 3_000n,
    retainer: 1_000n,
    bond: 20_000n,
    deliveryBlocks: 120,
    confirmationBlocks: 24,
    stageBlocks: 24,
    arbitrationBlocks: 144,
    relayBlocks: 1,
    limits: { memoryPages: 256, outputBytes: 65_536, milliseconds: 10_000 },
    ...changes,
  };
}

describe('planJob', () => {
  it('shows every exit with the net changes of T §Default P, φ + nρ on top of the Client', () => {
    const rows = planJob(job()).exits.map(({ scheme, transaction, blocks, changes }) => [
      scheme,
      transaction,
      blocks,
      ...['client', 'worker', 'verifier', 'arbiters', 'fund'].map((party) => Number(changes[party])),
    ]);
    expect(rows).toEqual([
      ['#3', 'Tx4', null, -108_000, 90_000, 10_000, 5_000, 0],
      ['#2', 'Tx3', 288, 2_000, 90_000, -100_000, 5_000, 0],
      ['#1', 'Tx1', 576, -8_000, -100_000, 0, 5_000, 100_000],
      ['#3', "Tx4'", 168 + 144, -108_000, 90_000, 10_000, 5_000, 0],
      ['#1', "Tx1'", 168 + 288, -8_000, -100_000, 0, 5_000, 100_000],
      ['#4', 'Tx5', 168 + 144, -8_000, -290_000, 10_000, 5_000, 280_000],
      ['#5', 'Tx6', 169 + 576, 32_000, -80_000, -100_000, -4_995_000, 5_140_000],
      ['#6', 'Tx7', 169, -8_000, -400_000, 0, 405_000, 0],
      ['#7', 'Tx8', 169, -108_000, 100_000, -500_000, 405_000, 100_000],
      ['#5', 'Tx6c', 169 + 576, -12_000, -80_000, -100_000, -4_995_000, 5_184_000],
      ['#6', 'Tx7c', 169, 32_000, -400_000, -500_000, 25_000, 840_000],
      ['#6', 'Tx9c', 169 + 270, -28_000, -400_000, 0, 25_000, 400_000],
      ['#7', 'Tx8c', 169, -128_000, 90_000, 10_000, 25_000, 0],
    ]);
  });

  const dense = (size: number) =>
    encodeModel({
      input: { shape: { height: 1, width: 1, channels: size }, zeroPoint: 0, low: -128, high: 127 },
      nodes: [
        { op: 'gemm', input: 0, weights: new Int8Array(size * size).fill(1), bias: new Int32Array(size) },
        { op: 'argmax', input: 1 },
      ],
      output: 2,
    });
  const modelJob = (size: number, rows: readonly number[]) =>
    job({
      ...{
        program: dense(size),
        profile: 'model-1',
        scheme: 'freivalds',
        limits: null,
        sampled: rows.length,
      },
      batches: [{ inputs: rows.map((count) => new Uint8Array(count * size)) }],
    });

  it('freivalds: all rows are checked, and what the lock alone enforces; the limits are those that the model needs', () => {
    const plan = planJob({ ...modelJob(32, [250, 50, 50]), sampled: 2 });
    const { projection } = plan.batches[0]!;
    // 250 and 50 rows, of which 3 and 1 are withheld.
    expect(projection).toMatchObject({ rows: 300, withheld: 4 });
    expect(projection?.enforced[0]).toEqual({ badRows: 1, probability: expect.closeTo(4 / 300, 12) });
  });

  it('D4: freivalds for a model of which no layer is checked is refused: its lock would hide nothing', () => {
    const small = modelJob(31, [5]);
    expect(() => planJob(small)).toThrow(expect.objectContaining({ code: 'nothing-to-check' }));
    expect(planJob({ ...small, scheme: 'replay' }).batches[0]).toMatchObject({ projection: null });
  });

  it('row records that partners have no room for are refused: one byte of input may have seven million bytes of them', () => {
    const side = 200;
    const padding = { top: side, left: side, bottom: side, right: side };
    const inflating = encodeModel({
      input: { shape: { height: 1, width: 1, channels: 1 }, zeroPoint: 0, low: -128, high: 127 },
      nodes: [
        {
          ...{ op: 'conv', input: 0, groups: 1, padValue: 0, padding },
          ...{ weights: new Int8Array(32 * 32 * 17).fill(1), bias: new Int32Array(17) },
          ...{ kernel: { height: 32, width: 32 }, stride: { height: 1, width: 1 } },
        },
        {
          ...{ op: 'requant', input: 1, multipliers: new Int32Array(17).fill(1), negative: null },
          ...{ shift: 1, zeroPoint: 0, low: 0, high: 0 },
        },
        {
          ...{ op: 'maxpool', input: 2, padding: { top: 0, left: 0, bottom: 0, right: 0 } },
          ...{ kernel: { height: 370, width: 370 }, stride: { height: 1, width: 1 } },
        },
      ],
      output: 3,
    });
    const withRows = (rows: number) =>
      job({
        ...{ program: inflating, profile: 'model-1', scheme: 'freivalds', limits: null, sampled: 1 },
        batches: [{ inputs: Array.from({ length: 10 }, () => new Uint8Array(rows)) }],
      });
    expect(planJob(withRows(100)).batches).toHaveLength(1);
    expect(() => planJob(withRows(140))).toThrow(
      expect.objectContaining({ code: 'too-large', message: expect.stringMatching(/row records/) }),
    );
  });

  it('records are counted by the row, and a part of one counts whole', () => {
    const { rowTraceBytes } = loadModel(dense(32));
    const limits = { ...DEVELOPMENT_POLICY.limits, recordsBytes: 10 * rowTraceBytes };
    const of = (...rows: number[]) =>
      excessOfRecords(
        recordsOf(
          { inputBytes: 32, rowTraceBytes },
          rows.map((count) => count * 32),
        ),
        limits,
      );
    expect(of(4, 6)).toBeUndefined();
    expect(of(4, 7)).toMatch(/more than the/);
    expect(of(4, 6.5)).toMatch(/more than the/);
  });

  it('a program that is no model needs limits', () => {
    expect(() => planJob(job({ limits: null }))).toThrow(expect.objectContaining({ code: 'limits-missing' }));
  });

  it('C24: freivalds for a program that is no model is refused', () => {
    expect(() => planJob(job({ scheme: 'freivalds' }))).toThrow(expect.objectContaining({ code: 'C24' }));
  });

  it('no exit makes or loses a satoshi: what nobody gets is φ', () => {
    for (const { changes } of planJob(job()).exits) {
      expect(Object.values(changes).reduce((sum, amount) => sum + amount, 0n)).toBe(-3_000n);
    }
  });

  it('costs reward, φ, retainers and the fee of Tx0 a batch', () => {
    const { cost } = planJob(job());
    expect(cost.total).toBe(2n * (100_000n + 3_000n + 5_000n + cost.perBatch.tx0FeeEstimate));
    // 2 sat/vB for the 980 vB of Tx0 at n = 5.
    expect(cost.perBatch.tx0FeeEstimate).toBeGreaterThanOrEqual(1_960n);
    expect(cost.perBatch.tx0FeeEstimate).toBeLessThan(2_000n);
  });

  it('tells how likely the sample catches bad chunks: 1 − C(N−f, m)/C(N, m)', () => {
    const [first] = planJob(job()).batches;
    expect(first?.detection.map(({ badChunks }) => badChunks)).toEqual([1, 2, 5, 10]);
    expect(first?.detection[0]?.probability).toBeCloseTo(0.5, 12);
    expect(first?.detection[1]?.probability).toBeCloseTo(1 - (10 * 9) / (20 * 19), 12);
  });

  it.each([
    ['P6', { parameters: { ...DEFAULT_PARAMETERS, w: DEFAULT_PARAMETERS.a } }],
    ['C16', { sampled: 21 }],
    ['C1', { reward: 600_000n }],
    ['C17', { settlementFee: 10n }],
    ['C21', { limits: { memoryPages: 256, outputBytes: 1_000_000, milliseconds: 10_000 } }],
  ])('refuses what breaks rule %s', (code, changes) => {
    expect(() => planJob(job(changes as Partial<JobSpecification>))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('refuses an input that no claim could show to arbiters', () => {
    const batches = [{ inputs: Array.from({ length: 20 }, () => new Uint8Array(4_194_305)) }];
    expect(() => planJob(job({ batches }))).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  it.each([
    ['memory', { limits: { memoryPages: 16_385, outputBytes: 1_024, milliseconds: 10_000 } }],
    ['time', { limits: { memoryPages: 256, outputBytes: 1_024, milliseconds: 3_600_001 } }],
  ])('refuses more %s than any partner gives, before it asks them', (_, changes) => {
    expect(() => planJob(job(changes))).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  it('refuses a program before anything is signed', () => {
    expect(() => planJob(job({ program: new Uint8Array(8) }))).toThrow(
      expect.objectContaining({ code: 'module-malformed' }),
    );
  });
});
