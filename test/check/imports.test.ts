import { describe, expect, it } from 'vitest';
import { checkImports } from '../../scripts/check/imports/check-imports.ts';
import { treeOf } from '../../scripts/check/tree.ts';

const MANIFESTS = {
  'package.json': '{ "devDependencies": { "vitest": "1" } }',
  'packages/protocol/package.json': '{ "dependencies": { "@noble/hashes": "2" } }',
  'packages/node/package.json': '{ "dependencies": {} }',
  'packages/cli/package.json': '{ "dependencies": {} }',
};
const SCOPE = '@prometheus-compute';

/** Messages about a tree with these files. */
function objections(files: Readonly<Record<string, string>>): string[] {
  return checkImports(treeOf({ ...MANIFESTS, ...files })).map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );
}

describe('import direction', () => {
  it('accepts what the table allows', () => {
    const found = objections({
      'packages/protocol/src/index.ts': "export { a } from './a.ts';",
      'packages/protocol/src/a.ts': "import '@noble/hashes/sha2.js';\nimport '../package.json';",
      'packages/protocol/test/a.test.ts': "import 'vitest';\nimport '../src/a.ts';",
      'packages/protocol/test/terms.ts': '',
      'test/across.test.ts': `import '${SCOPE}/protocol';\nimport '../packages/protocol/test/terms.ts';`,
      'packages/node/src/main.ts': `import '${SCOPE}/protocol';\nimport './store/sqlite.ts';`,
      'packages/node/src/store/sqlite.ts': "import 'node:sqlite';\nimport '../ports/store.ts';",
      'packages/node/src/ports/store.ts': `import '${SCOPE}/protocol';`,
      'packages/node/test/a.test.ts': "import '../../protocol/test/terms.ts';",
      'packages/cli/src/run.ts': `import type { R } from '${SCOPE}/node';\nawait import('${SCOPE}/node');`,
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['a package against the direction', `import '${SCOPE}/node';`, 'protocol may not import node'],
    ['a module of Node.js in the pure core', "import 'node:fs';", 'protocol may not import node:fs'],
    [
      'a foreign library',
      "import 'zod';",
      'protocol may not import zod; allowed: @noble/, @scure/, @ipld/dag-cbor',
    ],
    [
      'an undeclared library',
      "import '@scure/base';",
      '@scure/base is not declared in packages/protocol/package.json',
    ],
    ['a file that is not there', "import './gone.ts';", './gone.ts leads to no file'],
    ['a test from source', "import '../test/x.ts';", 'source may not import packages/protocol/test/x.ts'],
    [
      'the package itself',
      `import '${SCOPE}/protocol';`,
      `${SCOPE}/protocol: inside a package, import by path`,
    ],
    ['a package that does not exist', `import '${SCOPE}/gone';`, `${SCOPE}/gone: there is no such package`],
  ])('refuses %s', (_, code, message) => {
    const found = objections({
      'packages/protocol/src/a.ts': `export const b = 1;\n${code}`,
      'packages/protocol/test/x.ts': '',
    });
    expect(found).toEqual([`packages/protocol/src/a.ts:2 ${message}`]);
  });

  it('refuses what tests of a package above are made of', () => {
    const found = objections({
      'packages/node/test/x.ts': '',
      'packages/protocol/test/a.test.ts': "import '../../node/test/x.ts';",
    });
    expect(found).toEqual([
      `packages/protocol/test/a.test.ts:1 import ${SCOPE}/node through its public entry, not by path`,
    ]);
  });

  it('refuses deep imports, by name and by path', () => {
    const found = objections({
      'packages/protocol/src/a.ts': '',
      'test/a.test.ts': `import '${SCOPE}/protocol/src/a.ts';\nimport '../packages/protocol/src/a.ts';`,
    });
    expect(found).toEqual([
      `test/a.test.ts:1 ${SCOPE}/protocol/src/a.ts: import ${SCOPE}/protocol itself, through its public entry`,
      `test/a.test.ts:2 import ${SCOPE}/protocol through its public entry, not by path`,
    ]);
  });

  it('refuses a package and a folder without a row', () => {
    const found = objections({
      'packages/stray/src/a.ts': "import './b.ts';",
      'packages/stray/src/b.ts': '',
      'packages/node/src/attic/a.ts': "import '../ports/b.ts';",
      'packages/node/src/ports/b.ts': '',
    });
    expect(found).toEqual([
      'packages/node/src/attic/a.ts:1 folder attic has no row in scripts/check/imports/directions.ts; add one',
      'packages/stray/src/a.ts:1 package stray has no row in scripts/check/imports/directions.ts; add one',
    ]);
  });

  it('keeps adapters of the node apart, and ports on protocol alone', () => {
    const found = objections({
      'packages/node/src/store/a.ts': "import '../net/b.ts';",
      'packages/node/src/net/b.ts': "import '../main.ts';",
      'packages/node/src/main.ts': '',
      'packages/node/src/ports/c.ts': `import type { X } from '${SCOPE}/sandbox';`,
    });
    expect(found).toEqual([
      'packages/node/src/net/b.ts:1 net may not import packages/node/src/main.ts; allowed: ports',
      'packages/node/src/ports/c.ts:1 ports may import protocol only, not sandbox',
      'packages/node/src/store/a.ts:1 store may not import net; allowed: ports, files',
    ]);
  });

  it('lets a command load one package, and only when it needs it', () => {
    const found = objections({
      'packages/cli/src/a.ts': `import '${SCOPE}/node';`,
      'packages/cli/src/b.ts': `await import('${SCOPE}/node');\nawait import('${SCOPE}/sandbox');`,
    });
    expect(found).toEqual([
      'packages/cli/src/a.ts:1 cli may load node only by import(), where a command needs it',
      'packages/cli/src/b.ts:2 loads sandbox beside node: one command, one package',
    ]);
  });

  it('finds circles of files, but not of erased types', () => {
    const found = objections({
      'packages/protocol/src/a.ts': "import './b.ts';",
      'packages/protocol/src/b.ts': "import './c.ts';",
      'packages/protocol/src/c.ts': "import './a.ts';",
      'packages/protocol/src/d.ts': "import './e.ts';",
      'packages/protocol/src/e.ts': "import type { D } from './d.ts';",
    });
    const circle = ['a', 'b', 'c', 'a'].map((name) => `packages/protocol/src/${name}.ts`).join(' → ');
    expect(found).toEqual([`packages/protocol/src/c.ts:1 files import each other in a circle: ${circle}`]);
  });
});
