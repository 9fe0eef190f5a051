import { main } from 'assemblyscript/asc';

/** Compiles one AssemblyScript source to a WASI command: top-level statements run in `_start`. */
export async function compileAssemblyScript(source: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      'program.ts',
      '--outFile',
      'program.wasm',
      '-O',
      '--runtime',
      'stub',
      '--exportStart',
      '_start',
      '--use',
      'abort=',
    ],
    {
      readFile: (name) => (name === 'program.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'program.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`AssemblyScript: ${stderr.toString()}`);
  return binary;
}
