import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../finding.ts';

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** What a program said: everything that it printed, and whether it was content. */
export interface ToolResult {
  readonly ok: boolean;
  readonly output: string;
  /** Standard output alone, for tools that print JSON there. */
  readonly stdout: string;
}

/** Runs a program of `node_modules` with this Node.js in `root`. */
export function runTool(root: string, file: string, args: readonly string[]): ToolResult {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(REPOSITORY, 'node_modules', file), ...args],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1' } },
  );
  const output = `${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : String(error)}`;
  return { ok: status === 0, output, stdout: stdout ?? '' };
}

/** A tool that failed without a finding that could be read is itself a finding. */
export function orItsOutput(result: ToolResult, findings: readonly Finding[], tool: string): Finding[] {
  if (result.ok || findings.length > 0) return [...findings];
  return [{ file: tool, line: 0, message: `failed: ${result.output.trim().slice(0, 2000)}` }];
}
