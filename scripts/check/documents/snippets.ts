import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../finding.ts';
import { checkTypes } from '../tools/types.ts';
import { documents, type Tree } from '../tree.ts';
import { type Fence, parseMarkdown } from './markdown.ts';

/**
 * Snippets in documents. A command of a `sh` block must exist: a script of package.json, or a file that node is given. A block
 * marked `sh run` is executed and must succeed. A block marked `ts run` is type-checked and executed, one marked
 * `ts types` is type-checked; in a README.md every `ts` block carries one of the two marks.
 */
export function checkSnippets(tree: Tree, root: string): Finding[] {
  const findings: Finding[] = [];
  const scripts = scriptsOf(tree);
  const typescript: { file: string; fence: Fence }[] = [];
  for (const file of documents(tree)) {
    for (const fence of parseMarkdown(tree.read(file)).fences) {
      const marked = fence.marks.includes('run') || fence.marks.includes('types');
      if (fence.language === 'sh') {
        findings.push(...checkCommands(tree, scripts, file, fence));
        if (fence.marks.includes('run')) findings.push(...runShell(root, file, fence));
      } else if (fence.language === 'ts' && marked) {
        typescript.push({ file, fence });
      } else if (fence.language === 'ts' && file.endsWith('README.md')) {
        findings.push({ file, line: fence.line - 1, message: 'mark the block `ts run` or `ts types`' });
      }
    }
  }
  if (typescript.length > 0) findings.push(...checkTypescript(root, typescript));
  return findings;
}

function scriptsOf(tree: Tree): ReadonlySet<string> {
  if (!tree.files.includes('package.json')) return new Set();
  const manifest = JSON.parse(tree.read('package.json')) as { scripts?: Record<string, string> };
  return new Set(Object.keys(manifest.scripts ?? {}));
}

const SHELL_WORDS = new Set([
  'git',
  'cd',
  'npm',
  'node',
  'bash',
  'bitcoin-cli',
  'bitcoind',
  'cat',
  'less',
  'ls',
]);

function checkCommands(tree: Tree, scripts: ReadonlySet<string>, file: string, fence: Fence): Finding[] {
  const findings: Finding[] = [];
  const lines = fence.body.replace(/\\\n/g, '  ').split('\n');
  for (const [index, whole] of lines.entries()) {
    const line = fence.line + index;
    const command = whole
      .replace(/(?:^|\s)#.*$/, '')
      .replace(/^\s*\$\s+/, '')
      .replace(/^(?:\s*[A-Z_]+=\S+)+/, '')
      .trim();
    if (command === '') continue;
    const [program = '', first = '', second = ''] = command.split(/\s+/);
    if (!SHELL_WORDS.has(program)) {
      findings.push({ file, line, message: `${program}: not a command that a fresh clone has` });
    } else if (program === 'npm') {
      const script = first === 'run' ? second : first;
      if (script !== 'ci' && !scripts.has(script)) {
        findings.push({ file, line, message: `package.json has no script ${script}` });
      }
    } else if ((program === 'node' || program === 'bash') && !tree.files.includes(first)) {
      findings.push({ file, line, message: `there is no file ${first}` });
    }
  }
  return findings;
}

function runShell(root: string, file: string, fence: Fence): Finding[] {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', fence.body], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  const said = `${stdout}${stderr}`.trim().slice(-500);
  return [{ file, line: fence.line, message: `the snippet ended with exit code ${status}: ${said}` }];
}

function checkTypescript(
  root: string,
  snippets: readonly { readonly file: string; readonly fence: Fence }[],
): Finding[] {
  // Inside the root, so that the packages of this repository resolve; git ignores the folder.
  const folder = mkdtempSync(join(root, '.snippets-'));
  try {
    const names = snippets.map((_, index) => `snippet-${index}.ts`);
    for (const [index, { fence }] of snippets.entries()) {
      writeFileSync(join(folder, names[index]!), `${fence.body}\nexport {};\n`);
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'], exclude: [] }),
    );
    const findings = checkTypes(folder).map((found): Finding => {
      const snippet = snippets[names.indexOf(found.file)];
      if (snippet === undefined) return found;
      return { file: snippet.file, line: snippet.fence.line + found.line - 1, message: found.message };
    });
    for (const [index, { file, fence }] of snippets.entries()) {
      if (!fence.marks.includes('run')) continue;
      const { status, stderr } = spawnSync(process.execPath, [join(folder, names[index]!)], {
        cwd: root,
        encoding: 'utf8',
      });
      if (status !== 0) {
        const said = stderr.trim().slice(0, 500);
        findings.push({
          file,
          line: fence.line,
          message: `the snippet ended with exit code ${status}: ${said}`,
        });
      }
    }
    return findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
