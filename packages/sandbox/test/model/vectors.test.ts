import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  encodeModel,
  kernelEngine,
  type LinearLayer,
  loadModel,
  type Model,
  plainEngine,
  refusedChunk,
  rowsOutcome,
  SandboxError,
} from '../../src/index.ts';
import { requantised } from '../../src/model/engine/rounding.ts';
import { conv, modelOf, NO_PADDING } from '../build/example-model.ts';
import { expected } from './expected.ts';

interface Vectors {
  readonly sections: {
    readonly rq: readonly {
      readonly in: Readonly<Record<'v' | 'M' | 'S', number>>;
      readonly out: { readonly rq: string };
    }[];
    readonly model: readonly { readonly in: ModelCase; readonly out: ModelResult }[];
    readonly failures: readonly {
      readonly in: ModelCase & { readonly outputBytes: number };
      readonly out: {
        readonly kind: string;
        readonly y: string;
        readonly rows: number;
        readonly records: string;
      };
    }[];
    readonly refused: readonly {
      readonly in: Omit<ModelCase, 'chunk'>;
      readonly out: { readonly code: string; readonly node: number | null };
    }[];
  };
}
interface ModelCase {
  readonly name: string;
  readonly file: string;
  readonly chunk: string;
}
interface ModelResult {
  readonly output: string;
  readonly records: string;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly rowTraceBytes: number;
  readonly memoryPages: number;
  readonly layers: readonly Omit<LinearLayer, 'kind'>[];
}

const url = new URL('../../../../docs/protocol/vectors/model.json', import.meta.url);
const { sections } = JSON.parse(readFileSync(url, 'utf8')) as Vectors;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (from: Uint8Array) => Buffer.from(from).toString('hex');

describe('docs/protocol/vectors/model.json', () => {
  it.each(sections.rq)('rq: $in → $out', ({ in: { v, M, S }, out }) => {
    expect(String(requantised(v, M, S) + 0)).toBe(out.rq);
  });

  it.each(sections.model)('model: $in.name', ({ in: { file, chunk }, out }) => {
    const loaded = loadModel(bytes(file));
    const input = bytes(chunk);
    const { output, records, layers, ...sizes } = out;
    expect(loaded).toMatchObject(sizes);
    expect(loaded.linear.map(({ kind: _, ...layer }) => layer)).toEqual(layers);
    const defined = expected(loaded, input);
    expect({ output: hex(defined.output), records: hex(defined.trace) }).toEqual({ output, records });
    for (const engine of [plainEngine(loaded), kernelEngine(loaded)]) {
      const run = engine.run(input);
      expect({ output: hex(run.output), records: hex(run.trace) }).toEqual({ output, records });
    }
    expect(hex(encodeModel(loaded.model))).toBe(file);
  });

  it.each(sections.failures)('failed chunk: $in.name', ({ in: { file, chunk, outputBytes }, out }) => {
    const loaded = loadModel(bytes(file));
    const input = bytes(chunk);
    const run = () => {
      const { output, trace } = plainEngine(loaded).run(input);
      return rowsOutcome(output, input.length / loaded.inputBytes, trace);
    };
    const outcome = refusedChunk(loaded, input, outputBytes) ?? run();
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: out.kind }, trace: { rows: out.rows } });
    expect([hex(outcome.output), hex(outcome.trace.records)]).toEqual([out.y, out.records]);
  });

  it.each(sections.refused)('refused file: $in.name', ({ in: { file }, out }) => {
    let refusal: unknown;
    try {
      loadModel(bytes(file));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(SandboxError);
    const { code, evidence } = refusal as SandboxError;
    expect({ code, node: evidence.node ?? null }).toEqual(out);
  });
});

describe('F §A case by hand', () => {
  it('is what the engines give, and the first vector', () => {
    const padding = { ...NO_PADDING, left: 1 };
    const kernel = { height: 2, width: 2 };
    const half = Int32Array.of(2 ** 30, 2 ** 30);
    const model: Model = modelOf(
      { height: 2, width: 2, channels: 1 },
      conv({
        weights: Int8Array.of(1, -1, 2, -2, 3, -3, 4, -4),
        bias: Int32Array.of(11, -11),
        kernel,
        padding,
        padValue: -1,
      }),
      {
        op: 'requant',
        input: 1,
        multipliers: half,
        negative: null,
        shift: 31,
        zeroPoint: -3,
        low: -128,
        high: 127,
      },
    );
    const loaded = loadModel(encodeModel(model));
    expect(loaded.tensors[1]).toMatchObject({ low: -1281, high: 1281 });
    const { output } = plainEngine(loaded).run(Uint8Array.of(0x81, 0x7e, 0x83, 0x84));
    expect([...new Int8Array(output.buffer)]).toEqual([8, -13, 14, -19]);
    expect(sections.model[0]).toMatchObject({
      in: { file: hex(encodeModel(model)), chunk: '817e8384' },
      out: { output: '08f30eed' },
    });
  });
});
