import { describe, expect, it } from 'vitest';
import { checkHashes } from '../../scripts/check/documents/hashes.ts';
import { checkLinks } from '../../scripts/check/documents/links.ts';
import { anchorsOf, parseMarkdown } from '../../scripts/check/documents/markdown.ts';
import { checkRules } from '../../scripts/check/documents/rules.ts';
import type { Finding } from '../../scripts/check/finding.ts';
import { treeOf } from '../../scripts/check/tree.ts';

const lines = (findings: readonly Finding[]): string[] =>
  findings.map(({ file, line, message }) => `${file}:${line} ${message}`);

describe('markdown', () => {
  it('finds fences, headings, first cells and bold text, and no links in code', () => {
    const text = '# One *two*\n\n| **Tx1** | b |\n\n**Name.** x `[a](b)`\n\n```ts run\n# no\n```\n';
    const { fences, headings, labels, prose } = parseMarkdown(text);
    expect(fences).toEqual([{ language: 'ts', marks: ['run'], line: 8, body: '# no' }]);
    expect(headings).toEqual(['One *two*']);
    expect(labels).toEqual(['Tx1', 'Tx1', 'Name.']);
    expect(prose.join('')).not.toContain('[a](b)');
  });

  it('makes anchors as GitHub does', () => {
    const anchors = anchorsOf([
      'P: the Prometheus contract',
      'A `code` & more',
      'Twice',
      'Twice',
      'Tx4′ und Δ',
    ]);
    expect([...anchors]).toEqual([
      'p-the-prometheus-contract',
      'a-code--more',
      'twice',
      'twice-1',
      'tx4-und-δ',
    ]);
  });
});

describe('links', () => {
  it('follows files, folders and anchors, and reports what leads nowhere', () => {
    const tree = treeOf({
      'README.md':
        '# Top\n[a](docs/a.md#here) [b](docs) [c](#top) [d](https://example.org/x)\n[e](gone.md) [f](docs/a.md#gone)',
      'docs/a.md': '## Here\n[up](../README.md)\n[g](#nowhere)',
    });
    expect(lines(checkLinks(tree))).toEqual([
      'README.md:3 the link gone.md leads to no file',
      'README.md:3 docs/a.md has no heading #gone',
      'docs/a.md:3 docs/a.md has no heading #nowhere',
    ]);
  });
});

describe('hashes', () => {
  it('reports a tagged hash that bytes.md does not name', () => {
    const tree = treeOf({
      'docs/protocol/bytes.md': '| name |\n|---|\n| x, y | \n\nLocal: `dleq-aux`.\n',
      'packages/proofs/src/a.ts':
        "taggedHash('x');\ntaggedHash(\n  'z',\n);\ntaggedHash('dleq-aux'); // taggedHash('w')\n",
    });
    expect(lines(checkHashes(tree))).toEqual([
      'packages/proofs/src/a.ts:2 the tagged hash "z" is not in the table of docs/protocol/bytes.md',
    ]);
  });
});

describe('rules', () => {
  const DOCUMENTS = {
    'docs/protocol/parameters.md': '## Constraints\n| id | rule |\n|---|---|\n| P1 | x |\n| C1 | y |\n',
    'docs/protocol/transactions.md': '## Setup\n| tx |\n|---|\n| Tx3 | |\n| Tx4′ | |\n| Tx7_S | |\n',
    'docs/protocol/protocol.md': '## Post\n## Claims and arbitration\n',
    'docs/protocol/ceremony.md': '## 4. Union\n',
    'docs/protocol/deviations.md': '| id |\n|---|\n| D1 | a |\n| D2 | b |\n| D15 | c |\n',
    'docs/roadmap.md': '## Deviations whose attack is not yet shown by a test\nD2\n## Half done\nD1\n',
  };
  const CODE = {
    'packages/protocol/src/a.ts': "// P1, T §Tx3: not before t1, T §Setup 4\nexport const rule = 'C1';\n",
    'packages/protocol/test/a.test.ts':
      "it('P1 and C1 refuse', f); it('D1: refused', f); // M §Post, Y §4, Y §Union, T §Tx4', T §Tx7, M §Claims\n",
  };

  it('accepts citations that resolve', () => {
    expect(lines(checkRules(treeOf({ ...DOCUMENTS, ...CODE })))).toEqual([]);
  });

  it('reports a rule and a section that do not exist', () => {
    const text = '\n// D7, T §Tx33, M §Poster\nconst D8 = 1; // P2A, P256, Tx0\n';
    expect(lines(checkRules(treeOf({ ...DOCUMENTS, ...CODE, 'packages/cli/src/a.ts': text })))).toEqual([
      'packages/cli/src/a.ts:2 D7 is no row of docs/protocol/deviations.md',
      'packages/cli/src/a.ts:2 T §Tx33, names no section of docs/protocol/transactions.md, docs/protocol/parameters.md',
      expect.stringContaining('packages/cli/src/a.ts:2 M §Poster names no section'),
    ]);
  });

  it('asks to keep the roadmap true', () => {
    const code = { ...CODE, 'test/b.test.ts': "it('D2: the attack fails', f);" };
    expect(lines(checkRules(treeOf({ ...DOCUMENTS, ...code })))).toEqual([
      'docs/protocol/deviations.md:4 D2 is shown by a test now; take it out of docs/roadmap.md',
    ]);
    const roadmap = DOCUMENTS['docs/roadmap.md'].replace('D2', 'D2 (the other half)');
    expect(checkRules(treeOf({ ...DOCUMENTS, ...code, 'docs/roadmap.md': roadmap }))).toEqual([]);
  });

  it('reports rules without code, without test, and deviations that nobody shows', () => {
    const documents = { ...DOCUMENTS, 'docs/roadmap.md': '' };
    const code = { 'packages/protocol/src/a.ts': '// P1\n', 'packages/protocol/test/a.test.ts': '// C1\n' };
    expect(lines(checkRules(treeOf({ ...documents, ...code })))).toEqual([
      'docs/protocol/parameters.md:4 P1 is shown by no test',
      'docs/protocol/parameters.md:5 C1 is enforced by no code',
      'docs/protocol/deviations.md:3 D1 has no test named after it, and docs/roadmap.md does not list it',
      'docs/protocol/deviations.md:4 D2 has no test named after it, and docs/roadmap.md does not list it',
    ]);
  });
});
