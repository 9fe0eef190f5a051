import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

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
export async function compileExample(program: ExampleProgram): Promise<Uint8Array> {
  const folder = join(import.meta.dirname, '..', '..', program.folder);
  let module: Uint8Array | undefined;
  const output = await asc.main(
    [
      program.source,
      ...['--outFile', 'module.wasm', '--optimizeLevel', '3', '--shrinkLevel', '1', '--converge'],
      ...['--runtime', 'stub', '--noAssert'],
      ...['--initialMemory', `${program.memoryPages}`, '--maximumMemory', `${program.memoryPages}`],
    ],
    {
      readFile: (name) => readSource(folder, name),
      writeFile: (name, contents) => {
        if (name === 'module.wasm' && typeof contents !== 'string') module = contents;
      },
      listFiles: () => [],
    },
  );
  if (output.error !== null || module === undefined) {
    throw new Error(
      `${program.folder} does not compile: ${output.error?.message}\n${output.stderr.toString()}`,
    );
  }
  return module;
}

/** The compiler asks for many names that do not exist; `null` makes it look elsewhere. */
function readSource(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
}
