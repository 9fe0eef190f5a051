// Reads vitest's JSON report and ends with one line that says how many tests passed and failed. Run by .ci/run.
import { readFileSync } from 'node:fs';

/** The part of vitest's JSON report that the summary needs. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * What was skipped, one line each, then the totals. A file that could not be loaded counts as one failure, and so does a report
 * without any test.
 */
export function summarise(report: TestReport): {
  readonly lines: readonly string[];
  readonly failed: number;
} {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  let failed = tests.filter(({ status }) => status === 'failed').length + broken;
  if (passed + failed === 0) failed = 1;
  const skipped = tests
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => `skipped: ${fullName.trim()}`);
  return { lines: [...skipped, `${passed} passed, ${failed} failed`], failed };
}

function readReport(path: string | undefined): TestReport {
  try {
    return JSON.parse(readFileSync(path ?? '', 'utf8')) as TestReport;
  } catch {
    return { testResults: [] };
  }
}

if (import.meta.main) {
  const { lines, failed } = summarise(readReport(process.argv[2]));
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
