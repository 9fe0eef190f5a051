import { afterAll, describe, expect, it } from 'vitest';
import {
  decodeFailure,
  encodeFailure,
  encodeModel,
  loadModel,
  MODEL_PROFILE,
  type Model,
  type ModelOutcome,
  PROFILE,
  type ProgramLimits,
  plainEngine,
  refusedChunk,
  SandboxPool,
} from '../../src/index.ts';
import { conv, everyOperator, gemm, load, modelOf, vector } from '../build/example-model.ts';
import { echo } from '../build/programs.ts';
import { randomModel, randomRows } from '../build/random-model.ts';

const LIMITS: ProgramLimits = { memoryPages: 64, outputBytes: 100_000, milliseconds: 60_000 };
const SEED = new Uint8Array(32);
const pool = new SandboxPool({ processes: 1 });
afterAll(() => pool.close());

const program = (model: Model) => ({ profile: MODEL_PROFILE, code: encodeModel(model), arguments: [] });
async function run(
  model: Model,
  input: Uint8Array,
  limits: Partial<ProgramLimits> = {},
): Promise<ModelOutcome> {
  const outcome = await pool.run(program(model), input, { ...LIMITS, ...limits }, SEED);
  expect(outcome.trace.kind).toBe('model');
  return outcome as ModelOutcome;
}
/** A record of a checked layer in each row. */
const checkedModel = () => modelOf(vector(40), gemm(40, 32, 3));
/** Gives back the bytes of its input. */
const echoModel = () =>
  modelOf(vector(1), { op: 'table', input: 0, table: Int8Array.from({ length: 256 }, (_, byte) => byte) });

describe('model chunks', () => {
  it('have the output and the row records of the plain engine', async () => {
    for (const seed of [3, 4, 5]) {
      const model = randomModel(seed);
      const loaded = loadModel(encodeModel(model));
      const input = randomRows(loaded, 4, seed);
      const { output, trace } = plainEngine(loaded).run(input);
      const outcome = await run(model, input);
      expect(outcome.kind).toBe('done');
      expect(outcome.trace.rows).toBe(4);
      expect(Buffer.compare(outcome.output, output)).toBe(0);
      expect(Buffer.compare(outcome.trace.records, trace)).toBe(0);
    }
  });

  it('run beside programs in one process', async () => {
    const code = echo;
    const [first, second, third] = await Promise.all([
      run(echoModel(), Uint8Array.of(1, 2)),
      pool.run({ profile: PROFILE, code, arguments: [] }, Uint8Array.of(3), LIMITS, SEED),
      run(checkedModel(), new Uint8Array(80)),
    ]);
    expect([...first.output]).toEqual([1, 2]);
    expect([...second.output]).toEqual([3]);
    expect(third.trace).toMatchObject({ rows: 2, records: { length: 2 * 32 * 2 } });
    expect(pool.processIds.length).toBe(1);
  });

  it.each([0, 39, 41])(
    'of %i bytes, where a row has 40, fail with `input`, and have no rows',
    async (bytes) => {
      const outcome = await run(checkedModel(), new Uint8Array(bytes));
      expect(decodeFailure(outcome.output)).toEqual({ kind: 'input', exitCode: 0 });
      expect(outcome).toMatchObject({
        kind: 'failed',
        trace: { kind: 'model', rows: 0, records: { length: 0 } },
      });
      expect(outcome.output[17]).toBe(6);
    },
  );

  it('with a value outside of the range of the input fail with `input`', async () => {
    const narrow = { ...echoModel(), input: { shape: vector(1), zeroPoint: 0, low: -3, high: 5 } };
    expect([...(await run(narrow, Uint8Array.of(125, 133))).output]).toEqual([125, 133]);
    for (const byte of [124, 134]) {
      const { output } = await run(narrow, Uint8Array.of(125, byte));
      expect(decodeFailure(output)).toEqual({ kind: 'input', exitCode: 0 });
    }
  });

  it('with row records of more than 1 GiB fail with `input` before anything is computed', () => {
    const loaded = { ...load(echoModel()), rowTraceBytes: 2 ** 20 };
    expect(refusedChunk(loaded, new Uint8Array(1024), 2000)).toBeUndefined();
    expect(refusedChunk(loaded, new Uint8Array(1025), 2000)).toMatchObject({ failure: { kind: 'input' } });
  });

  it('with an output beyond the limit fail with `output-limit`, and have no rows', async () => {
    expect((await run(echoModel(), new Uint8Array(10), { outputBytes: 10 })).kind).toBe('done');
    const outcome = await run(echoModel(), new Uint8Array(11), { outputBytes: 10 });
    expect(outcome).toMatchObject({ failure: { kind: 'output-limit' }, trace: { rows: 0 } });
  });

  it('whose output reads like a failure record fail with `reserved-output`, and keep their rows', async () => {
    const forged = encodeFailure({ kind: 'trap', exitCode: 0 });
    const outcome = await run(echoModel(), forged);
    expect(decodeFailure(outcome.output)).toEqual({ kind: 'reserved-output', exitCode: 0 });
    expect(outcome.trace.rows).toBe(forged.length);
  });

  it('that take too long are no result, and their process is replaced', async () => {
    const picture = { height: 512, width: 512, channels: 8 };
    const kernel = { height: 15, width: 15 };
    const slow = modelOf(
      picture,
      conv({ weights: new Int8Array(225 * 8 * 8), bias: new Int32Array(8), kernel }),
    );
    const dying = new SandboxPool({ processes: 1 });
    const input = new Uint8Array(4 * 512 * 512 * 8);
    const limits = { memoryPages: 8192, outputBytes: 2 ** 30, milliseconds: 20 };
    await expect(dying.run(program(slow), input, limits, SEED)).rejects.toMatchObject({
      code: 'no-result-yet',
      evidence: { reason: 'wall-clock' },
    });
    const next = await dying.run(program(echoModel()), Uint8Array.of(5), LIMITS, SEED);
    expect([...next.output]).toEqual([5]);
    await dying.close();
  });
});

describe('models that are refused', () => {
  const refused = (code: Uint8Array, limits: Partial<ProgramLimits> = {}, list: string[] = []) =>
    expect(pool.prepare({ profile: MODEL_PROFILE, code, arguments: list }, { ...LIMITS, ...limits })).rejects;

  it('are refused by the loader, in the child process, with its evidence', async () => {
    const torn = { ...everyOperator(), nodes: [gemm(7, 1, 1)], output: 1 };
    await refused(encodeModel(torn)).toMatchObject({
      code: 'model-malformed',
      evidence: { node: 0, op: 'gemm', field: 'weights' },
    });
    await refused(echo).toMatchObject({ code: 'model-malformed' });
    await refused(new Uint8Array(2 ** 24 + 1)).toMatchObject({ code: 'model-too-large' });
    await refused(encodeModel(modelOf(vector(1), gemm(1, 1, 1, 2 ** 31 - 1)))).toMatchObject({
      code: 'accumulator-overflow',
    });
  });

  it('are refused where they need more memory than the contract allows', async () => {
    const { memoryPages } = load(modelOf(vector(1024), gemm(1024, 256, 1)));
    const code = encodeModel(modelOf(vector(1024), gemm(1024, 256, 1)));
    expect(
      await pool.prepare({ profile: MODEL_PROFILE, code, arguments: [] }, { ...LIMITS, memoryPages }),
    ).toEqual({
      profile: 'model-1',
      inputBytes: 1024,
      outputBytes: 1024,
      rowTraceBytes: 256 * 3,
      macs: 1024 * 256,
      memoryPages,
    });
    await refused(code, { memoryPages: memoryPages - 1 }).toMatchObject({
      code: 'memory-too-large',
      evidence: { pages: memoryPages, limit: memoryPages - 1 },
    });
  });

  it('take no arguments', async () => {
    await refused(encodeModel(echoModel()), {}, ['-v']).toMatchObject({ code: 'arguments-malformed' });
  });
});

describe('a module that examines a model', () => {
  const module = new URL('../build/examiner.ts', import.meta.url);
  const examine = (request: unknown, ...parts: readonly Uint8Array[]) =>
    pool.examine(program(checkedModel()), LIMITS, { module, request, parts });

  it('runs in a child process, with the model, a request and bytes in parts', async () => {
    const { answer, body } = await examine({ some: 'thing' }, Uint8Array.of(1, 2), Uint8Array.of(3));
    const model = load(checkedModel());
    const { output } = plainEngine(model).run(new Uint8Array(40));
    expect(answer).toEqual({ request: { some: 'thing' }, macs: model.macs, output: [...output] });
    expect([...body]).toEqual([1, 2, 3]);
  });

  it('has no answer where it fails, where there is none, and where the program is no model', async () => {
    const none = { code: 'no-result-yet' };
    await expect(examine('fail')).rejects.toMatchObject(none);
    const other = { module: new URL('../build/orphans.ts', import.meta.url), request: null, parts: [] };
    await expect(pool.examine(program(checkedModel()), LIMITS, other)).rejects.toMatchObject(none);
    const wasi = { profile: PROFILE, code: echo, arguments: [] };
    const work = { module, request: null, parts: [] };
    await expect(pool.examine(wasi, LIMITS, work)).rejects.toMatchObject(none);
    // A new child is there for the next one.
    expect((await examine(1)).answer).toMatchObject({ request: 1 });
  });
});
