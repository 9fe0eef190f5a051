import { join } from 'node:path';
import { compileAssembly } from '../assemblyscript/compile.ts';

/** The committed module of the package kernels, relative to the repository. */
export const KERNELS_MODULE = 'packages/kernels/kernels.wasm';

/**
 * Compiles the kernels in memory. They import their memory and nothing else. Functions with loops stay apart
 * (shrink level 1), since the engine replaces slow code with fast code only when a function is called again.
 * @throws Error with the compiler's messages
 */
export function compileKernels(): Promise<Uint8Array> {
  return compileAssembly(
    join(import.meta.dirname, '..', '..', 'packages', 'kernels', 'assembly'),
    'index.ts',
    [
      ...['--optimizeLevel', '3', '--shrinkLevel', '1', '--converge'],
      ...['--runtime', 'stub', '--noAssert', '--enable', 'simd'],
      ...['--importMemory', '--noExportMemory', '--initialMemory', '1'],
    ],
  );
}
