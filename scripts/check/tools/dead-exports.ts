import type { Finding } from '../finding.ts';
import { orItsOutput, runTool } from './run-tool.ts';

interface Named {
  readonly name: string;
  readonly line?: number;
}
type Issue = { readonly file: string } & Readonly<
  Record<string, string | readonly (Named | readonly Named[])[]>
>;

const MEANING: Readonly<Record<string, string>> = {
  files: 'no file imports this one and it is no entry; delete it or import it',
  exports: 'exported and used nowhere else; remove the export, or the code',
  types: 'type exported and used nowhere else; remove the export, or the type',
  duplicates: 'exported twice under different names; keep one',
  dependencies: 'declared in package.json and imported nowhere; remove it',
  devDependencies: 'declared in package.json and used nowhere; remove it',
  unlisted: 'imported and not declared in package.json; declare it',
};

/**
 * Exports, files and dependencies that nothing uses, by knip with the knip.json of `root`. What a package's entry
 * exports must be used by another package or a test too; types of an entry may serve readers outside.
 */
export function checkDeadExports(root: string): Finding[] {
  const common = ['--no-progress', '--no-config-hints', '--reporter', 'json'];
  const values = 'files,exports,duplicates,dependencies,unlisted';
  return [
    ...knip(root, [...common, '--include-entry-exports', '--include', values]),
    ...knip(root, [...common, '--include', 'types']),
  ];
}

function knip(root: string, args: readonly string[]): Finding[] {
  const result = runTool(root, 'knip/bin/knip.js', args);
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { file, ...kinds } of issuesOf(result.stdout)) {
    for (const [kind, entries] of Object.entries(kinds)) {
      if (typeof entries === 'string') continue;
      for (const entry of entries.flat() as readonly Named[]) {
        const message = `${entry.name}: ${MEANING[kind] ?? kind}`;
        const key = `${file} ${message}`;
        if (seen.has(key)) continue;
        seen.add(key);
        findings.push({ file, line: entry.line ?? 0, message });
      }
    }
  }
  return orItsOutput(result, findings, 'knip');
}

function issuesOf(stdout: string): readonly Issue[] {
  const start = stdout.indexOf('{');
  if (start === -1) return [];
  return (JSON.parse(stdout.slice(start)) as { issues: readonly Issue[] }).issues;
}
