import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobSpecification } from '@prometheus-compute/node';
import { DEFAULT_PARAMETERS, satoshi, utf8 } from '@prometheus-compute/protocol';

const PROGRAM = join(import.meta.dirname, '..', '..', 'examples', 'primes', 'primes.wasm');
/** Satoshis: a development chain's first coins have to do for thousands of stakes. */
const STAKE = satoshi(510_000n);
const CHUNKS = 4;
/** Numbers of a chunk, in which it counts the primes: next to no work, so that the contract itself is what is measured. */
const NUMBERS = 100;

/** A job of many small batches, a contract each. */
export function smallBatches(n: number, batches: number): JobSpecification {
  const chunk = (at: number): Uint8Array => utf8(`${at * NUMBERS} ${(at + 1) * NUMBERS}\n`);
  return {
    name: `batches-${batches}`,
    program: new Uint8Array(readFileSync(PROGRAM)),
    profile: 'wasi-0',
    scheme: 'replay',
    batches: Array.from({ length: batches }, (_, batch) => ({
      inputs: Array.from({ length: CHUNKS }, (_, i) => chunk(batch * CHUNKS + i)),
    })),
    sampled: CHUNKS,
    parameters: { ...DEFAULT_PARAMETERS, a: STAKE, n },
    reward: 100_000n,
    settlementFee: 3_000n,
    retainer: 1_000n,
    bond: 20_000n,
    deliveryBlocks: 120,
    confirmationBlocks: 24,
    stageBlocks: 24,
    arbitrationBlocks: 144,
    relayBlocks: 1,
    limits: { memoryPages: 16, outputBytes: 1024, milliseconds: 20_000 },
  };
}
