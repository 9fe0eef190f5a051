import { describe, expect, it } from 'vitest';
import { importsOf, scanCode } from '../../scripts/check/code.ts';

describe('scanner', () => {
  it('keeps every offset and tells code, strings and comments apart', () => {
    const template = `const b = \`$\{a} /* no */\`; /* yes */`;
    const text = `const a = 'x // y'; // any\n${template}`;
    const { bare, comments, withoutComments } = scanCode(text);
    expect([bare.length, comments.length, withoutComments.length]).toEqual(Array(3).fill(text.length));
    expect(
      comments
        .trim()
        .split(/\s{2,}|\n/)
        .filter(Boolean),
    ).toEqual(['// any', '/* yes */']);
    expect(bare).toContain('{a}');
    expect(bare).not.toContain('no');
    expect(withoutComments).toContain('x // y');
  });

  it('is not thrown off by quotes in regular expressions, nor by a division', () => {
    const text = 'const r = /[\'"`]/.test(s); const h = a / b / c; // end';
    expect(scanCode(text).comments.trim()).toBe('// end');
    expect(scanCode(text).bare).toContain('const h = a / b / c;');
  });
});

describe('importsOf', () => {
  it('finds static, type-only, re-exported, bare and lazy imports with their lines', () => {
    const text = [
      "import { a, type B } from './a.ts';",
      "import type { C } from './c.ts';",
      "export * from './d.ts';",
      "export type { E } from './e.ts';",
      "import './f.ts';",
      'export interface G {',
      "  readonly from: 'here';",
      '}',
      "const h = await import('./h.ts');",
      "import i, { j } from 'k';",
      "// import './comment.ts'",
      'const l = "import \'./string.ts\'";',
    ].join('\n');
    expect(importsOf(text)).toEqual([
      { specifier: './a.ts', line: 1, lazy: false, typeOnly: false },
      { specifier: './c.ts', line: 2, lazy: false, typeOnly: true },
      { specifier: './d.ts', line: 3, lazy: false, typeOnly: false },
      { specifier: './e.ts', line: 4, lazy: false, typeOnly: true },
      { specifier: './f.ts', line: 5, lazy: false, typeOnly: false },
      { specifier: './h.ts', line: 9, lazy: true, typeOnly: false },
      { specifier: 'k', line: 10, lazy: false, typeOnly: false },
    ]);
  });
});
