import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  encodeModel,
  kernelEngine,
  type LoadedModel,
  loadModel,
  loadRuntime,
  MODEL_PROFILE,
  type Model,
  type OnnxRuntime,
  onnxruntimeEngine,
  type ProgramLimits,
  type RowEngine,
  SandboxPool,
} from '../../src/index.ts';
import { conv, gemm, load, modelOf, vector } from '../build/example-model.ts';
import { Generator } from '../build/generator.ts';
import { exact, type PairSum, plainRuntime, saturating } from '../build/onnx-runtime.ts';
import { randomModel, randomRows } from '../build/random-model.ts';

const GRAPHS = 200;
const LIMITS: ProgramLimits = { memoryPages: 64, outputBytes: 100_000, milliseconds: 60_000 };
const folder = mkdtempSync(join(tmpdir(), 'prometheus-onnxruntime-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The folder with the real one: nothing of ours depends on it. */
const { ONNXRUNTIME } = process.env;
const real = await loadRuntime(ONNXRUNTIME).catch((error: Error) => {
  process.stderr.write(`onnxruntime is not compared with: ${error.message} (ONNXRUNTIME names its folder)\n`);
});

/** Compares output and row records of an engine with those of the kernels. */
async function expectSame(model: LoadedModel, engine: RowEngine, input: Uint8Array, what: string) {
  const [made, right] = [await engine.run(input), kernelEngine(model).run(input)];
  expect(Buffer.compare(made.output, right.output), `output of ${what}`).toBe(0);
  expect(Buffer.compare(made.trace, right.trace), `records of ${what}`).toBe(0);
}

/** Runs random graphs on the engine and on the kernels. @returns how many layers the runtime computed */
async function expectSameOnRandomGraphs(runtime: OnnxRuntime): Promise<number> {
  let layers = 0;
  const counting: OnnxRuntime = {
    ...runtime,
    Tensor: runtime.Tensor,
    InferenceSession: {
      create: (file, options) => {
        layers += 1;
        return runtime.InferenceSession.create(file, options);
      },
    },
  };
  for (let seed = 0; seed < GRAPHS; seed++) {
    const model = load(randomModel(seed));
    const input = randomRows(model, 1 + (seed % 3), seed);
    await expectSame(model, await onnxruntimeEngine(model, counting), input, `graph ${seed}`);
  }
  return layers;
}

describe('engine on onnxruntime', () => {
  it(`gives outputs and row records of the kernels on ${GRAPHS} random graphs, with any runtime that follows the standard`, async () => {
    expect(await expectSameOnRandomGraphs(plainRuntime(exact))).toBeGreaterThan(GRAPHS / 4);
  });

  it.skipIf(real === undefined)(
    `gives outputs and row records of the kernels on ${GRAPHS} random graphs, with the real runtime (needs ONNXRUNTIME)`,
    async () => {
      expect(await expectSameOnRandomGraphs(real!)).toBeGreaterThan(GRAPHS / 4);
    },
  );

  it('agrees with the kernels on rows that are computed in parts, and on sums that leave 32 bits and come back', async () => {
    const K = 70_000;
    const model = load(modelOf(vector(K), gemm(K, 20, 127)));
    const input = Uint8Array.from({ length: 16 * K }, (_, at) => (at < K ? 255 : at < 2 * K ? 0 : at % 251));
    for (const runtime of [plainRuntime(exact), real ?? []].flat()) {
      await expectSame(model, await onnxruntimeEngine(model, runtime), input, 'large sums');
    }
  });

  it('computes convolutions with padding, strides and projections, as the kernels do', async () => {
    const random = new Generator(7);
    const shape = { height: 9, width: 8, channels: 12 };
    const kernel = { height: 3, width: 2 };
    const weights = random.int8s(6 * 12 * 40);
    const bias = random.int32s(40, -5000, 5000);
    const stride = { height: 2, width: 3 };
    const padding = { top: 1, left: 2, bottom: 0, right: 1 };
    for (const layer of [
      conv({ weights, bias, kernel, stride, padding, padValue: -77 }),
      conv({ weights: weights.subarray(0, 12 * 40), bias, stride }),
    ]) {
      const model = load(modelOf(shape, layer));
      const engine = await onnxruntimeEngine(model, real ?? plainRuntime(exact));
      await expectSame(model, engine, randomRows(model, real === undefined ? 20 : 1500, 3), 'convolution');
    }
  });

  it('refuses a CPU that cuts sums of two products off, where weights have more than 7 bits, and takes it where they have not', async () => {
    const layerOf = (weight: number, pairSum: PairSum) => {
      const model = load(modelOf(vector(40), gemm(40, 32, weight)));
      return onnxruntimeEngine(model, plainRuntime(pairSum));
    };
    for (const weight of [65, 127, -65, -128]) {
      await expect(layerOf(weight, saturating), String(weight)).rejects.toMatchObject({
        code: 'engine-unusable',
        evidence: { node: 0 },
      });
      await layerOf(weight, exact);
    }
    for (const weight of [63, -64]) await layerOf(weight, saturating);
  });

  it('refuses it also for weights whose errors cancel out where all cells are the largest', async () => {
    // 128 pairs of 65 + 65 are cut off by 383 each; 127 pairs of −65 − 65, two of them by one more, give back as much.
    const column = Int8Array.from({ length: 510 }, (_, k) => (Math.floor(k / 2) % 2 === 0 ? 65 : -65));
    column[2] = -66;
    column[6] = -66;
    const [K, N] = [column.length, 17];
    const weights = Int8Array.from({ length: K * N }, (_, at) => column[Math.floor(at / N)]!);
    const model = load(modelOf(vector(K), { ...gemm(K, N, 0), weights }));
    await expect(onnxruntimeEngine(model, plainRuntime(saturating))).rejects.toMatchObject({
      code: 'engine-unusable',
    });
    await onnxruntimeEngine(model, plainRuntime(exact));
  });

  it('is refused where the runtime refuses a layer', async () => {
    const refusing: OnnxRuntime = {
      ...plainRuntime(exact),
      InferenceSession: { create: () => Promise.reject(new Error('no such operator')) },
    };
    const model = load(modelOf(vector(40), gemm(40, 32, 1)));
    await expect(onnxruntimeEngine(model, refusing)).rejects.toThrow(/refuses it: no such operator/);
  });
});

describe('a pool with the engine onnxruntime', () => {
  const program = (model: Model) => ({ profile: MODEL_PROFILE, code: encodeModel(model), arguments: [] });
  const checked = modelOf(vector(40), gemm(40, 32, 3));
  const input = new Uint8Array(80).fill(200);
  const poolOf = (of: string) =>
    new SandboxPool({ processes: 1, engine: { name: 'onnxruntime', folder: of } });
  /** Installs a package of that name whose code is this. */
  const installed = (name: string, code: string): string => {
    const at = join(folder, name, 'node_modules', 'onnxruntime-node');
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'package.json'), '{"name":"onnxruntime-node","main":"index.cjs"}');
    writeFileSync(join(at, 'index.cjs'), code);
    return join(folder, name);
  };

  it.each([
    ['it is not installed', () => folder],
    ['what is installed is something else', () => installed('other', 'module.exports = { Tensor: 1 };')],
    ['it cannot be loaded', () => installed('broken', 'throw new Error("no library for this machine");')],
  ])('refuses models where %s: engine-missing', async (_, made) => {
    await using pool = poolOf(made());
    await expect(pool.prepare(program(checked), LIMITS)).rejects.toMatchObject({ code: 'engine-missing' });
    await expect(pool.run(program(checked), input, LIMITS, new Uint8Array(32))).rejects.toMatchObject({
      code: 'engine-missing',
    });
  });

  it('has no result yet, rather than a wrong one, where the runtime fails while it runs', async () => {
    // Right while the layer is tried, which takes two runs with the largest weights of 7 bits, and two with its own.
    const failing = `
      let runs = 0;
      const weight = (n) => (runs > 2 ? 3 : n % 2 === 0 ? 63 : -64);
      class Tensor { constructor(type, data, dims) { Object.assign(this, { data, dims }); } }
      const run = async ({ x }, { y }) => {
        if (++runs > 4) throw new Error('out of memory');
        for (let at = 0; at < y.data.length; at++) {
          const row = Math.floor(at / 32);
          y.data[at] = x.data.slice(row * 40, row * 40 + 40).reduce((sum, u) => sum + weight(at % 32) * (u - 128), 0);
        }
      };
      module.exports = { Tensor, InferenceSession: { create: async () => ({ run }) } };`;
    await using pool = poolOf(installed('failing', failing));
    await pool.prepare(program(checked), LIMITS);
    // What has to be derived from records is left to the kernels: the runtime only runs rows.
    const module = new URL('../build/examiner.ts', import.meta.url);
    const examined = await pool.examine(program(checked), LIMITS, { module, request: null, parts: [] });
    expect(examined.answer).toMatchObject({ macs: 40 * 32 });
    await expect(pool.run(program(checked), input, LIMITS, new Uint8Array(32))).rejects.toMatchObject({
      code: 'no-result-yet',
    });
  });

  it.skipIf(real === undefined)(
    'gives outputs and row records of the kernels on the example models (needs ONNXRUNTIME)',
    async () => {
      const examples = join(import.meta.dirname, '..', '..', '..', '..', 'examples');
      const images = gunzipSync(readFileSync(join(examples, 'fashion-mnist', 'data', 'images.idx3.gz')));
      const chunk = new Uint8Array(images.subarray(16, 16 + 60 * 784));
      const engine = {
        name: 'onnxruntime',
        ...(ONNXRUNTIME === undefined ? {} : { folder: ONNXRUNTIME }),
      } as const;
      await using pool = new SandboxPool({ processes: 1, engine });
      for (const name of ['fashion-mlp', 'fashion-cnn']) {
        const code = new Uint8Array(readFileSync(join(examples, name, `${name}.pmodel`)));
        const outcome = await pool.run(
          { profile: MODEL_PROFILE, code, arguments: [] },
          chunk,
          LIMITS,
          new Uint8Array(32),
        );
        const right = kernelEngine(loadModel(code)).run(chunk);
        expect(Buffer.compare(outcome.output, right.output)).toBe(0);
        expect(outcome.trace).toMatchObject({ kind: 'model', rows: 60 });
        if (outcome.trace.kind === 'model') {
          expect(Buffer.compare(outcome.trace.records, right.trace)).toBe(0);
        }
      }
    },
  );
});
