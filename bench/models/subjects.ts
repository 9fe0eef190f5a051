import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  encodeModel,
  kernelEngine,
  type LoadedModel,
  loadModel,
  type ModelEngine,
} from '@prometheus-compute/sandbox';
import { BenchError } from '../bench-error.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const HEADER_BYTES = 16;

/** A model, its engine, and the chunks of one batch. */
export interface Subject {
  readonly name: string;
  readonly model: LoadedModel;
  readonly engine: ModelEngine;
  readonly chunks: readonly Uint8Array[];
}

/** A product of two square matrices, as a model of one layer with int8 outputs, whose rows are one chunk. */
export function product(size: number): Subject {
  const weights = new Int8Array(size * size);
  const rows = new Uint8Array(size * size);
  let state = 1;
  for (let i = 0; i < weights.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    weights[i] = state >>> 24;
    rows[i] = state >>> 16;
  }
  const model = loadModel(
    encodeModel({
      input: { shape: { height: 1, width: 1, channels: size }, zeroPoint: 0, low: -128, high: 127 },
      nodes: [
        { op: 'gemm', input: 0, weights, bias: new Int32Array(size) },
        {
          op: 'requant',
          input: 1,
          multipliers: new Int32Array(size).fill(2 ** 30),
          negative: null,
          shift: 44,
          zeroPoint: 0,
          low: -128,
          high: 127,
        },
      ],
      output: 2,
    }),
  );
  return { name: `product of ${size}×${size} matrices`, model, engine: kernelEngine(model), chunks: [rows] };
}

/** A model of the examples on the pictures of the Fashion-MNIST example, again and again where there are too few, as chunks of some rows. */
export function example(name: string, file: string, chunks: number, rowsPerChunk: number): Subject {
  const path = join(EXAMPLES, file);
  if (!existsSync(path)) throw new BenchError(`${file} is not in the examples`);
  const model = loadModel(new Uint8Array(readFileSync(path)));
  const images = gunzipSync(readFileSync(join(EXAMPLES, 'fashion-mnist', 'data', 'images.idx3.gz')));
  const pictures = images.subarray(HEADER_BYTES);
  const count = pictures.length / model.inputBytes;
  const picture = (row: number) =>
    pictures.subarray((row % count) * model.inputBytes, ((row % count) + 1) * model.inputBytes);
  return {
    name: `${name}, ${(chunks * rowsPerChunk).toLocaleString('en-US')} rows`,
    model,
    engine: kernelEngine(model),
    chunks: Array.from({ length: chunks }, (_, i) => {
      const chunk = new Uint8Array(rowsPerChunk * model.inputBytes);
      for (let row = 0; row < rowsPerChunk; row++)
        chunk.set(picture(i * rowsPerChunk + row), row * model.inputBytes);
      return chunk;
    }),
  };
}
