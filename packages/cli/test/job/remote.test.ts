import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureText } from '../../src/errors/describe.ts';
import { EXIT } from '../../src/errors/exit-codes.ts';
import { fetchReport, jobStatus, watchJob } from '../../src/job/remote.ts';
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

describe('files between a command and its daemon', () => {
  it('are gone afterwards, and so is what a killed command has left; what may be in use stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prometh-remote-'));
    const now = Date.now() / 1_000;
    for (const [name, age] of [
      ['parcel-old', 2 * 86_400],
      ['parcel-new', 60],
      ['blobs', 9 * 86_400],
    ] as const) {
      mkdirSync(join(folder, name));
      utimesSync(join(folder, name), now - age, now - age);
    }
    const seen: string[] = [];
    const caller = {
      call: async () => {
        seen.push(...readdirSync(folder));
        throw new RangeError('the daemon has gone');
      },
    };
    try {
      await expect(fetchReport(caller, 'a', folder)).rejects.toThrow('the daemon has gone');
      expect(seen.filter((name) => name.startsWith('parcel-'))).toHaveLength(2);
      expect(readdirSync(folder).toSorted()).toEqual(['blobs', 'parcel-new']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
