import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchOrder } from '@prometheus-compute/node';
import { utf8 } from '@prometheus-compute/protocol';
import { encodeModel, MODEL_PROFILE, PROFILE } from '@prometheus-compute/sandbox';

const PRIMES = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'primes', 'primes.wasm');

/** What a scenario is about. */
export type ScenarioBatch = Pick<BatchOrder, 'program' | 'scheme' | 'inputs' | 'sampled'>;

/** What is computed where nothing else is said: how many primes some short ranges have. Nobody looks at the numbers. */
export const scenarioBatch = (): ScenarioBatch => ({
  scheme: 'replay',
  program: { profile: PROFILE, code: new Uint8Array(readFileSync(PRIMES)), arguments: [] },
  inputs: ['1 100', '100 200', '200 300', '300 400'].map((range) => utf8(`${range}\n`)),
  sampled: 2,
});

const FEATURES = 48;
const CLASSES = 32;
/** Rows of each chunk; one of them is withheld. */
const ROWS = 5;
const CHUNKS = 4;

/** Numbers that look like none in particular. */
const scattered = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * step + i * 31 + step) % 251);

/** Rows that a network of one layer sorts into classes, checked by projections. */
export const modelScenarioBatch = (): ScenarioBatch => ({
  scheme: 'freivalds',
  program: {
    profile: MODEL_PROFILE,
    code: encodeModel({
      input: { shape: { height: 1, width: 1, channels: FEATURES }, zeroPoint: 0, low: -128, high: 127 },
      nodes: [
        {
          op: 'gemm',
          input: 0,
          weights: Int8Array.from(scattered(FEATURES * CLASSES, 7), (byte) => byte - 125),
          bias: new Int32Array(CLASSES),
        },
        { op: 'argmax', input: 1 },
      ],
      output: 2,
    }),
    arguments: [],
  },
  inputs: Array.from({ length: CHUNKS }, (_, chunk) => scattered(ROWS * FEATURES, chunk + 1)),
  sampled: CHUNKS,
});
