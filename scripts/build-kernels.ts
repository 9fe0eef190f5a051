// Compiles packages/kernels/assembly to WebAssembly: npm run build:kernels. The module is committed; a test compares it
// with a fresh build, bit by bit.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compileKernels, KERNELS_MODULE } from './kernels/compile.ts';

const path = join(import.meta.dirname, '..', KERNELS_MODULE);
const module = await compileKernels();
writeFileSync(path, module);
process.stdout.write(`${relative(process.cwd(), path)}: ${module.length} bytes\n`);
