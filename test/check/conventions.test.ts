import { describe, expect, it } from 'vitest';
import { checkConventions } from '../../scripts/check/conventions.ts';
import { treeOf } from '../../scripts/check/tree.ts';

const found = (file: string, text: string): string[] =>
  checkConventions(treeOf({ [file]: text })).map(({ line, message }) => `${line} ${message}`);

describe('conventions', () => {
  // Put together here, so that this file does not itself contain what it looks for.
  const slash = '/';
  it.each([
    ['docs/a.md', `see ${slash}work/main`, 'names a place outside of the project'],
    ['docs/a.md', `see ..${slash}shared`, 'names a place outside of the project'],
    ['package-lock.json', `${'"resolved"'}: "https:${slash}${slash}host"`, 'names a registry host'],
    ['packages/cli/src/a.ts', 'const a = b as any;', 'any switches the type checker off'],
    ['packages/cli/src/a.ts', 'const a: Map<string, any> = b;', 'any switches the type checker off'],
    ['packages/cli/src/a.ts', `// @ts-${'ignore'}`, 'silences a checker'],
    ['packages/cli/src/a.ts', `// ${'TODO'} later`, 'left open'],
    ['packages/cli/test/a.test.ts', `it.${'only'}('x', () => {});`, 'a test switched off'],
    ['packages/proofs/src/a.ts', "throw new Error('x');", 'throw a coded error'],
    ['packages/proofs/src/a.ts', 'const t = Date.now();', 'clock or randomness in a pure package'],
    ['packages/protocol/src/a.ts', 'async function f() {}', 'protocol is synchronous'],
    ['packages/node/src/a.ts', "console.log('x');", 'a library does not print'],
  ])('%s: %s', (file, text, message) => {
    const all = found(file, `\n${text}\n`);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/^2 /);
    expect(all[0]).toContain(message);
  });

  it('asks to split a long file and to name a file after its idea', () => {
    expect(found('packages/cli/src/a.ts', 'x\n'.repeat(301))).toEqual([
      '300 301 lines; split it so that each file has one idea',
    ]);
    expect(found('packages/cli/src/utils.ts', '')).toEqual(['0 name the file after its one idea']);
  });

  it('leaves words in strings and comments, and what is allowed, alone', () => {
    const text = [
      "// any Error may be thrown here, as any reader sees: throw new Error('x')",
      "export const message = 'as any, console.log, Date.now()';",
      'export const company = isCompany(anything);',
    ].join('\n');
    expect(found('packages/protocol/src/a.ts', text)).toEqual([]);
  });
});
