import { relative } from 'node:path';
import type { Finding } from '../finding.ts';
import { orItsOutput, runTool } from './run-tool.ts';

/** Lint, format and order of imports, by biome with the biome.json of `root`. Warnings count. */
export function checkLint(root: string): Finding[] {
  const args = ['check', '--reporter=github', '--error-on-warnings', '--max-diagnostics=none', '.'];
  const result = runTool(root, '@biomejs/biome/bin/biome', args);
  const findings: Finding[] = [];
  const pattern = /^::\w+ title=([^,]*),file=([^,]*),line=(\d+)[^:]*::(.*)$/gm;
  for (const [, rule, file, line, message] of result.output.matchAll(pattern)) {
    const path = relative(root, file!);
    findings.push({
      file: path.startsWith('..') ? file! : path,
      line: Number(line),
      message: rule === 'format' ? 'not formatted; run `npm run format`' : `${rule}: ${message}`,
    });
  }
  return orItsOutput(result, findings, 'biome');
}
