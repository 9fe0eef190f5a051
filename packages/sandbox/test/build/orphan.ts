import { SandboxPool } from '../../src/index.ts';
import { echo, endless } from './programs.ts';

/** Runs an endless program and prints the id of the process that it runs in; started by a test, which kills it. */
const pool = new SandboxPool({ processes: 1 });
const limits = { memoryPages: 1, outputBytes: 1, milliseconds: 600_000 };
const seed = new Uint8Array(32);
await pool.run({ profile: 'wasi-0', code: echo, arguments: [] }, new Uint8Array(1), limits, seed);
void pool.run({ profile: 'wasi-0', code: endless, arguments: [] }, new Uint8Array(0), limits, seed);
console.log(pool.processIds[0]);
