import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { JobSpecification } from '@prometheus-compute/node';
import type { ProgramLimits } from '@prometheus-compute/protocol';
import { DEFAULT_PARAMETERS } from '@prometheus-compute/protocol';

const FOLDER = join(import.meta.dirname, '..', 'examples', 'fashion-mnist');
/** Bytes before the first image in an IDX file of three dimensions, and of an image of 28 × 28 pixels. */
const HEADER_BYTES = 16;
const IMAGE_BYTES = 784;
const IMAGES_PER_CHUNK = 50;
const CHUNKS = 20;
/** C17: 2 sat/vB for the largest settlement; every further arbiter adds an input signer and an output to it. */
const SETTLEMENT_FEE = 3_000n;
const SETTLEMENT_FEE_PER_ARBITER = 400n;

/** One batch of the Fashion-MNIST example, with the terms of its job file, for n arbiters. */
export function exampleJob(n: number): JobSpecification & { readonly limits: ProgramLimits } {
  const images = gunzipSync(readFileSync(join(FOLDER, 'data', 'images.idx3.gz')));
  const chunkBytes = IMAGES_PER_CHUNK * IMAGE_BYTES;
  const inputs = Array.from({ length: CHUNKS }, (_, i) => {
    const start = HEADER_BYTES + i * chunkBytes;
    return new Uint8Array(images.subarray(start, start + chunkBytes));
  });
  const moreArbiters = BigInt(Math.max(0, n - DEFAULT_PARAMETERS.n));
  return {
    name: 'fashion-mnist',
    program: new Uint8Array(readFileSync(join(FOLDER, 'classify.wasm'))),
    profile: 'wasi-0',
    scheme: 'replay',
    batches: [{ inputs }],
    sampled: 10,
    parameters: { ...DEFAULT_PARAMETERS, n },
    reward: 100_000n,
    settlementFee: SETTLEMENT_FEE + moreArbiters * SETTLEMENT_FEE_PER_ARBITER,
    retainer: 1_000n,
    bond: 20_000n,
    deliveryBlocks: 120,
    confirmationBlocks: 24,
    stageBlocks: 24,
    arbitrationBlocks: 144,
    relayBlocks: 1,
    limits: { memoryPages: 16, outputBytes: 4096, milliseconds: 20_000 },
  };
}
