import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

/**
 * Compiles AssemblyScript in memory. The same compiler version and flags give the same bytes everywhere.
 *
 * @param folder - absolute path that `source` and its imports are looked up in
 * @param source - entry file inside `folder`
 * @param flags - of the compiler, without those of the output
 * @throws Error with the compiler's messages
 */
export async function compileAssembly(
  folder: string,
  source: string,
  flags: readonly string[],
): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const output = await asc.main([source, '--outFile', 'module.wasm', ...flags], {
    readFile: (name) => readSource(folder, name),
    writeFile: (name, contents) => {
      if (name === 'module.wasm' && typeof contents !== 'string') module = contents;
    },
    listFiles: () => [],
  });
  if (output.error !== null || module === undefined) {
    throw new Error(`${folder} does not compile: ${output.error?.message}\n${output.stderr.toString()}`);
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
