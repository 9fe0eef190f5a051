import { join } from 'node:path';
import { compileAssembly } from '../assemblyscript/compile.ts';

/** An example written in AssemblyScript; paths are relative to the repository. */
export interface ExampleProgram {
  readonly folder: string;
  /** Entry file inside `folder`. It exports `_start` and allocates nothing, so that no `env.abort` is imported. */
  readonly source: string;
  readonly module: string;
  /** Minimum and maximum of its memory, in pages of 64 KiB. */
  readonly memoryPages: number;
}

/** Every module that the repository holds. */
export const EXAMPLE_PROGRAMS: readonly ExampleProgram[] = [
  {
    folder: 'examples/fashion-mnist/assembly',
    source: 'index.ts',
    module: 'examples/fashion-mnist/classify.wasm',
    memoryPages: 1,
  },
  {
    folder: 'examples/primes/assembly',
    source: 'index.ts',
    module: 'examples/primes/primes.wasm',
    memoryPages: 1,
  },
];

/**
 * Compiles one example in memory. The same compiler version gives the same bytes everywhere.
 * @throws Error with the compiler's messages
 */
export function compileExample(program: ExampleProgram): Promise<Uint8Array> {
  return compileAssembly(join(import.meta.dirname, '..', '..', program.folder), program.source, [
    ...['--optimizeLevel', '3', '--shrinkLevel', '1', '--converge'],
    ...['--runtime', 'stub', '--noAssert'],
    ...['--initialMemory', `${program.memoryPages}`, '--maximumMemory', `${program.memoryPages}`],
  ]);
}
