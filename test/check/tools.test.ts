import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkSnippets } from '../../scripts/check/documents/snippets.ts';
import type { Finding } from '../../scripts/check/finding.ts';
import { runChecks } from '../../scripts/check/report.ts';
import { checkDeadExports } from '../../scripts/check/tools/dead-exports.ts';
import { checkLint } from '../../scripts/check/tools/lint.ts';
import { checkTypes } from '../../scripts/check/tools/types.ts';
import { treeOf } from '../../scripts/check/tree.ts';

const folders: string[] = [];

/** A folder on disk with these files, for checks that run a program. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'prometheus-check-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const lines = (findings: readonly Finding[]): string[] =>
  findings.map(({ file, line, message }) => `${file}:${line} ${message}`);

const TSCONFIG = JSON.stringify({
  compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: [] },
});

describe('checks that run a program', () => {
  it('types: names file, line and the error of the compiler', () => {
    const good = 'export const a: number = 1;\n';
    expect(checkTypes(folderOf({ 'tsconfig.json': TSCONFIG, 'a.ts': good }))).toEqual([]);
    const bad = 'export const a: number = 1;\nexport const b: number = "x";\n';
    const found = lines(checkTypes(folderOf({ 'tsconfig.json': TSCONFIG, 'a.ts': bad })));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^a\.ts:2 TS2322: /);
  });

  it('types: a compiler that cannot start is a finding, not a pass', () => {
    expect(checkTypes(folderOf({ 'tsconfig.json': '{ "extends": "./gone.json" }' }))).toHaveLength(1);
  });

  it('lint: reports rules and format, warnings too', () => {
    const config =
      '{ "json": { "formatter": { "enabled": false } }, "linter": { "rules": { "suspicious": { "noExplicitAny": "warn" } } } }';
    expect(checkLint(folderOf({ 'biome.json': config, 'a.ts': 'export const a = 1;\n' }))).toEqual([]);
    const found = lines(
      checkLint(
        folderOf({ 'biome.json': config, 'a.ts': 'export const a = 1 as any;\nexport   const b = 1;\n' }),
      ),
    );
    expect(found).toContain('a.ts:1 not formatted; run `npm run format`');
    expect(found.some((line) => line.startsWith('a.ts:1 lint/suspicious/noExplicitAny'))).toBe(true);
  });

  it('exports: reports an export, a type and a file that nobody uses', () => {
    const root = folderOf({
      'package.json': '{ "name": "x", "type": "module" }',
      'knip.json': '{ "entry": ["main.ts"], "project": ["*.ts"] }',
      'main.ts': "import { used } from './a.ts';\nused();\n",
      'a.ts': 'export const used = () => {};\nexport const dead = 1;\nexport type Dead = number;\n',
      'stray.ts': 'export const x = 1;\n',
    });
    expect(lines(checkDeadExports(root)).sort()).toEqual([
      'a.ts:2 dead: exported and used nowhere else; remove the export, or the code',
      'a.ts:3 Dead: type exported and used nowhere else; remove the export, or the type',
      'stray.ts:0 stray.ts: no file imports this one and it is no entry; delete it or import it',
    ]);
  });
});

describe('snippets', () => {
  const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`;
  const manifest = '{ "type": "module", "scripts": { "demo": "x", "test": "y" } }';
  const check = (text: string): string[] => {
    const files = {
      'package.json': manifest,
      'README.md': text,
      'scripts/a.mjs': '',
      'tsconfig.json': TSCONFIG,
    };
    return lines(checkSnippets(treeOf(files), folderOf(files)));
  };

  it('accepts scripts that exist, files that exist and code that runs', () => {
    expect(
      check(fence('sh', 'git clone x\nnpm run demo # shows it\nBITCOIND=x npm test\nnode scripts/a.mjs')),
    ).toEqual([]);
    expect(check(fence('sh run', 'cat package.json'))).toEqual([]);
    expect(check(fence('ts run', 'const a: number = 1;\nif (a !== 1) throw new Error();'))).toEqual([]);
  });

  it('reports commands that a fresh clone does not have', () => {
    expect(check(fence('sh', 'npm run gone\nfrobnicate\nnode gone.mjs'))).toEqual([
      'README.md:2 package.json has no script gone',
      'README.md:3 frobnicate: not a command that a fresh clone has',
      'README.md:4 there is no file gone.mjs',
    ]);
  });

  it('reports a shell snippet that fails', () => {
    expect(check(fence('sh run', 'ls /nowhere-at-all'))[0]).toMatch(
      /^README\.md:2 the snippet ended with exit code/,
    );
  });

  it('reports TypeScript that does not compile, that throws, and that is not marked', () => {
    expect(check(fence('ts types', '\nconst a: number = "x";'))[0]).toMatch(/^README\.md:3 TS2322/);
    expect(check(fence('ts run', 'throw new Error("as written");'))[0]).toContain('as written');
    expect(check(fence('ts', 'const a = 1;'))).toEqual(['README.md:1 mark the block `ts run` or `ts types`']);
  });
});

describe('report', () => {
  it('writes one line a check, findings below it, and says whether all passed', () => {
    const written: string[] = [];
    const passed = runChecks(
      [
        { name: 'good', holds: 'x', run: () => [] },
        { name: 'bad', holds: 'y', run: () => [{ file: 'a.ts', line: 3, message: 'mend it' }] },
      ],
      (line) => written.push(line.replace(/\d+\.\d s/, 'n s')),
    );
    expect(passed).toBe(false);
    expect(written).toEqual([
      'ok   good         x (n s)',
      'FAIL bad          y (n s, 1 found)',
      '     a.ts:3  mend it',
      '1 of 2 checks failed',
    ]);
  });
});
