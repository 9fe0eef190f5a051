import { describe, expect, it } from 'vitest';
import { summarise } from '../../scripts/test-summary.ts';

const file = (name: string, status: string, ...statuses: string[]) => ({
  name,
  status,
  assertionResults: statuses.map((each, index) => ({ fullName: `${name} ${index}`, status: each })),
});

describe('summary of a test run', () => {
  it('counts tests, names what was skipped, ends with the totals', () => {
    const report = {
      testResults: [file('a', 'passed', 'passed', 'pending'), file('b', 'failed', 'failed', 'passed')],
    };
    expect(summarise(report)).toEqual({ lines: ['skipped: a 1', '2 passed, 1 failed'], failed: 1 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(summarise({ testResults: [file('a', 'passed', 'passed'), file('b', 'failed')] }).failed).toBe(1);
    expect(summarise({ testResults: [file('b', 'failed', 'passed')] }).lines).toEqual(['1 passed, 1 failed']);
  });

  it('counts no tests at all as a failure', () => {
    expect(summarise({ testResults: [] })).toEqual({ lines: ['0 passed, 1 failed'], failed: 1 });
  });
});
