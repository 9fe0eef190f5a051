import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchOrder } from '@prometheus-compute/node';
import { utf8 } from '@prometheus-compute/protocol';
import { PROFILE } from '@prometheus-compute/sandbox';

const PRIMES = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'primes', 'primes.wasm');

/** What is computed in every scenario: how many primes some short ranges have. Nobody looks at the numbers. */
export const scenarioBatch = (): Pick<BatchOrder, 'program' | 'scheme' | 'inputs' | 'sampled'> => ({
  scheme: 'replay',
  program: { profile: PROFILE, code: new Uint8Array(readFileSync(PRIMES)), arguments: [] },
  inputs: ['1 100', '100 200', '200 300', '300 400'].map((range) => utf8(`${range}\n`)),
  sampled: 2,
});
