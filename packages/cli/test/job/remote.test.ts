import { describe, expect, it } from 'vitest';
import { failureText } from '../../src/errors/describe.ts';
import { EXIT } from '../../src/errors/exit-codes.ts';
import { jobStatus, watchJob } from '../../src/job/remote.ts';
import { jobStatusText } from '../../src/output/job-text.ts';

/** Clears the screen, sets the terminal's title, and turns text around: what a partner may give as its reason. */
const HOSTILE = 'no\u001b[2J\u001b]0;mine\u0007\u009b1A\u202eon\r\n';
const SHOWN = 'no?[2J?]0;mine??1A?on??';

const job = {
  id: 'primes-1',
  name: 'primes',
  state: 'failed',
  submitted_height: 1,
  ended_height: 2,
  height: 2,
  seconds_per_block: null,
  failure: { code: 'refused', message: HOSTILE, rule: null, remedy: HOSTILE },
  parts: [{ batch: 1, state: 'failed', message: HOSTILE }],
};
const daemon = {
  call: async (method: string) =>
    method === 'job.status'
      ? job
      : { run: 'r', after: 1, events: [{ batch: 1, stage: 'terms', message: HOSTILE }], job },
};

describe('words of partners, on their way to a terminal', () => {
  it('of a status: nothing in them moves its cursor', async () => {
    const text = jobStatusText(await jobStatus(daemon, 'primes-1'));
    expect(text.split('\n')).toEqual([
      'primes-1: failed, at block 2',
      `Batch 1: failed; ${SHOWN}`,
      SHOWN,
      SHOWN,
      'Its results: prometh job result primes-1 --output FOLDER',
    ]);
  });

  it('of what happens to a job: neither', async () => {
    const shown: string[] = [];
    const view = {
      update: ({ message }: { readonly message: string }) => shown.push(message),
      note: () => {},
      stop: () => {},
    };
    await watchJob(daemon, 'primes-1', view, false);
    expect(shown).toEqual([SHOWN]);
  });

  it('of a failure: neither', () => {
    const failure = {
      code: 'x',
      message: HOSTILE,
      remedy: undefined,
      rule: undefined,
      exitCode: EXIT.failed,
    };
    expect(failureText(failure)).toBe(`prometh: ${SHOWN.slice(0, -2)}.`);
  });
});
