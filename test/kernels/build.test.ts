import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileKernels, KERNELS_MODULE } from '../../scripts/kernels/compile.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('npm run build:kernels', () => {
  it('gives the committed module, bit by bit, which imports its memory and nothing else', async () => {
    const committed = readFileSync(join(ROOT, KERNELS_MODULE));
    expect(Buffer.from(await compileKernels()).equals(committed)).toBe(true);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(committed))).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  });
});
