import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileExample, EXAMPLE_PROGRAMS } from '../../scripts/examples/compile.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('npm run build:examples', () => {
  it.each(EXAMPLE_PROGRAMS)('$module is what a fresh build gives, bit by bit', async (program) => {
    const committed = readFileSync(join(ROOT, program.module));
    expect(Buffer.from(await compileExample(program)).equals(committed)).toBe(true);
  });
});
