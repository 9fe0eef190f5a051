import type { Check } from './finding.ts';

/**
 * Runs the checks one after another and writes one line for each, with the findings below it.
 * @returns whether every check passed
 */
export function runChecks(checks: readonly Check[], write: (line: string) => void): boolean {
  let failed = 0;
  for (const { name, holds, run } of checks) {
    const started = performance.now();
    const findings = run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const verdict = findings.length === 0 ? 'ok  ' : 'FAIL';
    const count = findings.length === 0 ? '' : `, ${findings.length} found`;
    write(`${verdict} ${name.padEnd(12)} ${holds} (${seconds} s${count})`);
    for (const { file, line, message } of findings) {
      write(`     ${file}${line > 0 ? `:${line}` : ''}  ${message}`);
    }
    if (findings.length > 0) failed += 1;
  }
  write(failed === 0 ? `${checks.length} checks passed` : `${failed} of ${checks.length} checks failed`);
  return failed === 0;
}
