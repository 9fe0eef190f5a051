import { encodeModel, loadModel, MODEL_PROFILE, type Model, plainEngine } from '@prometheus-compute/sandbox';
import type { BatchOrder } from '../../src/index.ts';

const FEATURES = 48;
export const ROWS = 5;
export const CHUNKS = 3;

const pattern = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * step + i * 31 + step) % 251);

/** One layer that is checked, and the largest of its sums. */
const NETWORK: Model = {
  input: { shape: { height: 1, width: 1, channels: FEATURES }, zeroPoint: 0, low: -128, high: 127 },
  nodes: [
    {
      op: 'gemm',
      input: 0,
      weights: Int8Array.from(pattern(FEATURES * 32, 7), (byte) => byte - 125),
      bias: new Int32Array(32).fill(5),
    },
    { op: 'argmax', input: 1 },
  ],
  output: 2,
};
const code = encodeModel(NETWORK);
export const model = loadModel(code);
export const inputs = Array.from({ length: CHUNKS }, (_, chunk) => pattern(ROWS * FEATURES, chunk + 1));
/** What a direct run gives. */
export const EXPECTED = inputs.map((input) => plainEngine(model).run(input).output);

/** Whether this is what W serves of an opened chunk: records of five rows, with zeros for the one that is withheld. */
export function areOpenedRecords(bytes: Uint8Array): boolean {
  const row = model.rowTraceBytes;
  const isZero = (at: number) => bytes.subarray(at * row, (at + 1) * row).every((byte) => byte === 0);
  return bytes.length === ROWS * row && Array.from({ length: ROWS }, (_, at) => at).some(isZero);
}

/** The batch of a play, but about the network, and checked by projections. */
export const modelOrder = (order: BatchOrder): BatchOrder => ({
  ...order,
  program: { profile: MODEL_PROFILE, code, arguments: [] },
  scheme: 'freivalds',
  inputs,
  sampled: CHUNKS,
  offered: {
    ...order.offered,
    limits: { memoryPages: model.memoryPages, outputBytes: ROWS, milliseconds: 20_000 },
  },
});
