// Compiles the example programs to WASI modules: npm run build:examples. The modules are committed; a test compares
// each with a fresh build, bit by bit.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compileExample, EXAMPLE_PROGRAMS } from './examples/compile.ts';

const root = join(import.meta.dirname, '..');
for (const program of EXAMPLE_PROGRAMS) {
  const module = await compileExample(program);
  const path = join(root, program.module);
  writeFileSync(path, module);
  process.stdout.write(`${relative(process.cwd(), path)}: ${module.length} bytes\n`);
}
