import { describe, expect, it } from 'vitest';
import {
  encodeModel,
  kernelEngine,
  type LoadedModel,
  loadModel,
  type Model,
  type ModelNode,
  plainEngine,
} from '../../src/index.ts';
import { Generator } from '../build/generator.ts';
import { randomModel, randomRows } from '../build/random-model.ts';
import { expected } from './expected.ts';

const GRAPHS = 1000;
const DEFINED = 250;

const loaded = (seed: number): { readonly model: LoadedModel; readonly input: Uint8Array } => {
  const model = loadModel(encodeModel(randomModel(seed)));
  return { model, input: randomRows(model, 1 + (seed % 3), seed) };
};
const same = (a: Uint8Array | Int8Array, b: Uint8Array | Int8Array, what: string) =>
  expect(
    Buffer.compare(
      Buffer.from(a.buffer, a.byteOffset, a.length),
      Buffer.from(b.buffer, b.byteOffset, b.length),
    ),
    what,
  ).toBe(0);

describe('engines', () => {
  it(`plain engine: outputs, row records and activations of ${DEFINED} random graphs are those of the definition`, () => {
    for (let seed = 0; seed < DEFINED; seed++) {
      const { model, input } = loaded(seed);
      const engine = plainEngine(model);
      const { output, trace } = engine.run(input);
      const right = expected(model, input);
      same(output, right.output, `output of ${seed}`);
      same(trace, right.trace, `records of ${seed}`);
      const derived = engine.derive(input, trace);
      same(derived.output, right.output, `derived output of ${seed}`);
      for (const layer of model.linear.filter(({ checked }) => checked)) {
        same(derived.activations(layer), right.activations(layer.node), `activations of ${seed}`);
      }
    }
  });

  it(`plain and kernel engine: the same bits on ${GRAPHS} random graphs, in which every operator occurs often`, () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < GRAPHS; seed++) {
      const { model, input } = loaded(seed);
      const [plain, kernel] = [plainEngine(model), kernelEngine(model)];
      const [ofPlain, ofKernel] = [plain.run(input), kernel.run(input)];
      same(ofKernel.output, ofPlain.output, `output of ${seed}`);
      same(ofKernel.trace, ofPlain.trace, `records of ${seed}`);
      const [given, derived] = [plain.derive(input, ofPlain.trace), kernel.derive(input, ofPlain.trace)];
      same(derived.output, ofPlain.output, `derived output of ${seed}`);
      for (const layer of model.linear.filter(({ checked }) => checked)) {
        same(derived.activations(layer), given.activations(layer), `activations of ${seed}`);
      }
      for (const { op } of model.model.nodes) count(seen, op);
      for (const { checked } of model.linear) count(seen, checked ? 'checked' : 'recomputed');
    }
    const operators: readonly ModelNode['op'][] = [
      ...(['conv', 'gemm', 'requant', 'table', 'maxpool', 'avgpool'] as const),
      ...(['add', 'concat', 'reshape', 'argmax'] as const),
    ];
    for (const kind of [...operators, 'checked', 'recomputed'])
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(GRAPHS / 8);
  });

  it('derive takes accumulators from the records, whatever they say: other records, other outputs, the same in every engine', () => {
    let changed = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { model, input } = loaded(seed);
      if (model.rowTraceBytes === 0) continue;
      const forged = new Uint8Array(
        new Generator(seed).int8s((input.length / model.inputBytes) * model.rowTraceBytes),
      );
      const plain = plainEngine(model);
      const derived = plain.derive(input, forged);
      same(kernelEngine(model).derive(input, forged).output, derived.output, `output of ${seed}`);
      if (Buffer.compare(derived.output, plain.run(input).output) !== 0) changed += 1;
    }
    expect(changed).toBeGreaterThan(5);
  });

  it('rows of one block and of the next are computed alike', () => {
    const random = new Generator(1);
    const model = loadModel(encodeModel(large(random)));
    const rows = Math.ceil((33 * 1024 * 1024) / model.rowBytes) + 1;
    const pattern = new Uint8Array(random.int8s(65_521));
    const input = new Uint8Array(rows * model.inputBytes);
    for (let at = 0; at < input.length; at += pattern.length)
      input.set(pattern.subarray(0, input.length - at), at);
    const { output, trace } = kernelEngine(model).run(input);
    expect(model.rowTraceBytes).toBeGreaterThan(0);
    for (const row of [0, 1, rows - 3, rows - 2, rows - 1]) {
      const { inputBytes, outputBytes, rowTraceBytes } = model;
      const one = plainEngine(model).run(input.subarray(row * inputBytes, (row + 1) * inputBytes));
      same(output.subarray(row * outputBytes, (row + 1) * outputBytes), one.output, `output of row ${row}`);
      same(trace.subarray(row * rowTraceBytes, (row + 1) * rowTraceBytes), one.trace, `record of row ${row}`);
    }
  });
});

/** A model whose rows are large and quickly computed: 256×256, pooled to 1,024 values, and one checked layer. */
function large(random: Generator): Model {
  const window = { height: 8, width: 8 };
  const padding = { top: 0, left: 0, bottom: 0, right: 0 };
  return {
    input: { shape: { height: 256, width: 256, channels: 1 }, zeroPoint: 0, low: -128, high: 127 },
    nodes: [
      { op: 'maxpool', input: 0, kernel: window, stride: window, padding },
      { op: 'gemm', input: 1, weights: random.int8s(1024 * 32), bias: new Int32Array(32) },
    ],
    output: 2,
  };
}

function count(seen: Map<string, number>, kind: string): void {
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
}
