import type { Finding } from '../finding.ts';
import { orItsOutput, runTool } from './run-tool.ts';

/** `tsc --noEmit` with the tsconfig.json of `root`. */
export function checkTypes(root: string, project = 'tsconfig.json'): Finding[] {
  const result = runTool(root, 'typescript/bin/tsc', ['--noEmit', '--pretty', 'false', '-p', project]);
  const findings: Finding[] = [];
  for (const match of result.output.matchAll(/^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/gm)) {
    findings.push({ file: match[1]!, line: Number(match[2]), message: match[3]! });
  }
  return orItsOutput(result, findings, 'tsc');
}
