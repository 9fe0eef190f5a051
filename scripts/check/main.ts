// `npm run check`: everything about this repository that can be held without running it.
// `npm run check -- imports links` runs only the checks that are named.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkConventions } from './conventions.ts';
import { checkHashes } from './documents/hashes.ts';
import { checkLinks } from './documents/links.ts';
import { checkRules } from './documents/rules.ts';
import { checkSnippets } from './documents/snippets.ts';
import type { Check } from './finding.ts';
import { checkImports } from './imports/check-imports.ts';
import { checkLock } from './lock.ts';
import { runChecks } from './report.ts';
import { checkDeadExports } from './tools/dead-exports.ts';
import { checkLint } from './tools/lint.ts';
import { checkTypes } from './tools/types.ts';
import { workingTree } from './tree.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const tree = workingTree(root);

const CHECKS: readonly Check[] = [
  { name: 'types', holds: 'the compiler accepts every file', run: () => checkTypes(root) },
  { name: 'lint', holds: 'lint rules, format, order of imports', run: () => checkLint(root) },
  { name: 'imports', holds: 'direction, entries, declarations, no cycles', run: () => checkImports(tree) },
  { name: 'exports', holds: 'no dead exports, files or dependencies', run: () => checkDeadExports(root) },
  { name: 'lock', holds: 'npm ci accepts the lock file everywhere', run: () => checkLock(tree) },
  {
    name: 'conventions',
    holds: 'words and shapes that the project does not use',
    run: () => checkConventions(tree),
  },
  { name: 'links', holds: 'links between documents lead somewhere', run: () => checkLinks(tree) },
  {
    name: 'hashes',
    holds: 'every tagged hash is specified',
    run: () => checkHashes(tree),
  },
  {
    name: 'rules',
    holds: 'rules cited exist; rules that exist are enforced and tested',
    run: () => checkRules(tree),
  },
  {
    name: 'snippets',
    holds: 'what documents tell people to run works',
    run: () => checkSnippets(tree, root),
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !CHECKS.some((check) => check.name === name));
if (unknown !== undefined) {
  const names = CHECKS.map(({ name }) => name).join(', ');
  process.stderr.write(`There is no check ${unknown}. The checks are: ${names}.\n`);
  process.exitCode = 2;
} else {
  const chosen = CHECKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const passed = runChecks(chosen, (line) => process.stdout.write(`${line}\n`));
  process.exitCode = passed ? 0 : 1;
}
