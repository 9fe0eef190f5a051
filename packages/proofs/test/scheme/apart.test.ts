import { equalBytes, publicKey } from '@prometheus-compute/protocol';
import {
  encodeModel,
  MODEL_PROFILE,
  type Model,
  type ModelOutcome,
  SandboxPool,
} from '@prometheus-compute/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import { type FreivaldsCheck, type ProjectChunk, projectApart, projectHere } from '../../src/index.ts';
import { judge, type ModelBatch, modelBatch, verify } from '../build/model-batch.ts';
import { numbers } from '../build/numbers.ts';

const FEATURES = 40;
/** A checked layer of 40 × 40, ReLU, a layer that is computed again, the class. */
const MODEL: Model = {
  input: { shape: { height: 1, width: 1, channels: FEATURES }, zeroPoint: -128, low: -128, high: 127 },
  nodes: [
    {
      op: 'gemm',
      input: 0,
      weights: Int8Array.from(numbers(FEATURES * 40, 5, -127, 127)),
      bias: new Int32Array(40).fill(9),
    },
    {
      op: 'requant',
      input: 1,
      multipliers: new Int32Array(40).fill(900_000_000),
      negative: null,
      shift: 40,
      zeroPoint: -128,
      low: -128,
      high: 127,
    },
    { op: 'gemm', input: 2, weights: Int8Array.from(numbers(120, 6, -127, 127)), bias: new Int32Array(3) },
    { op: 'argmax', input: 3 },
  ],
  output: 4,
};
const INPUTS = [130, 1, 4].map((rows, chunk) => Uint8Array.from(numbers(rows * FEATURES, chunk, 0, 255)));
const PROGRAM = { profile: MODEL_PROFILE, code: encodeModel(MODEL), arguments: [] };
const pool = new SandboxPool({ processes: 2 });
afterAll(() => pool.close());

/** Checks in children of the pool. */
const apartIn =
  (milliseconds = 60_000, by = pool) =>
  ({ records }: FreivaldsCheck): ProjectChunk =>
    projectApart({
      records,
      examine: (examination) =>
        by.examine(PROGRAM, { memoryPages: 64, outputBytes: 4096, milliseconds }, examination),
    });

const changed = (outcome: ModelOutcome, at: number): ModelOutcome => ({
  ...outcome,
  trace: {
    ...outcome.trace,
    records: outcome.trace.records.map((byte, place) => (place === at ? byte ^ 1 : byte)),
  },
});

describe('a check by projections in a child process', () => {
  const cases: readonly { what: string; batch: ModelBatch; serves?: (chunk: number) => boolean }[] = [
    { what: 'an honest opening', batch: modelBatch(MODEL, INPUTS) },
    {
      what: 'an honest opening of which one chunk is not served',
      batch: modelBatch(MODEL, INPUTS),
      serves: (chunk) => chunk !== 2,
    },
    {
      what: 'a chunk that is no row of the model',
      batch: modelBatch(MODEL, [INPUTS[0]!, new Uint8Array(7)]),
    },
    ...[0, 7_000, 15_599].map((at) => ({
      what: `a wrong accumulator, byte ${at} of the records`,
      batch: modelBatch(MODEL, INPUTS, {
        outcome: (outcome, chunk) => (chunk === 0 ? changed(outcome, at) : outcome),
      }),
    })),
    {
      what: 'a wrong output',
      batch: modelBatch(MODEL, INPUTS, {
        outcome: (outcome, chunk) =>
          chunk === 1 ? { ...outcome, output: outcome.output.map((byte) => byte ^ 1) } : outcome,
      }),
    },
    {
      what: 'something in the place of the withheld rows',
      batch: modelBatch(MODEL, INPUTS, { shown: (records) => records.map((byte) => byte || 1) }),
    },
  ];

  it.each(cases)('says of $what what the same check says here', async ({ batch, serves }) => {
    const here = await verify(batch, serves, undefined, projectHere);
    const apart = await verify(batch, serves, undefined, apartIn());
    expect(apart).toEqual(here);
    if (apart.verdict.r === 0) expect(await judge(batch, apart.verdict)).toBe(1);
    else expect(equalBytes(publicKey(apart.verdict.lockSecret), batch.terms.verificationLock)).toBe(true);
  });

  it('where the child has no time for it, the chunk is run again: a slow machine is no fault of the Worker', async () => {
    const hurried = new SandboxPool({ processes: 1 });
    // The model is ready, and what is asked then takes more than a millisecond for a process.
    await hurried.prepare(PROGRAM, { memoryPages: 64, outputBytes: 4096, milliseconds: 60_000 });
    const batch = modelBatch(MODEL, [INPUTS[2]!]);
    const { verdict, reruns } = await verify(batch, undefined, undefined, apartIn(1, hurried));
    await hurried.close();
    expect(verdict.r).toBe(1);
    expect(reruns).toBe(1);
  });

  it('an answer that is none says nothing either', async () => {
    for (const answer of [null, 'checked', { kind: 'checked', trace: 'aa', lock: 'bb' }, { kind: 'size' }]) {
      const nonsense = ({ records }: FreivaldsCheck): ProjectChunk =>
        projectApart({ records, examine: async () => ({ answer, body: new Uint8Array(0) }) });
      const { verdict, reruns } = await verify(modelBatch(MODEL, INPUTS), undefined, undefined, nonsense);
      expect({ r: verdict.r, reruns }).toEqual({ r: 1, reruns: INPUTS.length });
    }
  });

  it('a sandbox that is closed is no answer and no verdict', async () => {
    const closed = new SandboxPool({ processes: 1 });
    await closed.close();
    await expect(
      verify(modelBatch(MODEL, INPUTS), undefined, undefined, apartIn(60_000, closed)),
    ).rejects.toMatchObject({ code: 'closed' });
  });
});
