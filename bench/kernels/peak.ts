import { join } from 'node:path';
import { compileAssembly } from '../../scripts/assemblyscript/compile.ts';
import type { RatedWork } from './rate.ts';

/** Products of one round: 12 chains, 8 products each. */
const PRODUCTS_A_ROUND = 96;
const ROUNDS = 100_000;

/** `i32x4.dot_i16x8_s` in a loop that touches no memory: no 128-bit SIMD can multiply int16 faster here. */
export async function peakWork(): Promise<RatedWork> {
  const flags = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];
  const bytes = await compileAssembly(join(import.meta.dirname, 'assembly'), 'peak.ts', flags);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)), {});
  const peak = exports.peak as (rounds: number, seed: number) => number;
  return { units: ROUNDS * PRODUCTS_A_ROUND, work: () => peak(ROUNDS, 3) };
}
