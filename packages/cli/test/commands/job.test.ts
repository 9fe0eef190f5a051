import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RemoteJob, untilText } from '../../src/job/remote.ts';
import { jobListText, jobStatusText } from '../../src/output/job-text.ts';
import { prometh } from './processes.ts';

const PRIMES = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'primes', 'job.yaml');
const PARAMETERS = ['--parameters', '00'.repeat(32)];

describe('prometh job', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prometh-job-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const job = (...words: string[]) => {
    const { status, stdout } = prometh('job', ...words, '--data-dir', folder, '--json');
    return { status, answer: JSON.parse(stdout) };
  };

  it('submit --dry-run shows cost and every exit, needs no node, and writes nothing', () => {
    const { status, answer } = job('submit', PRIMES, '--dry-run');
    expect(status).toBe(0);
    expect(answer).toMatchObject({ format: 'prometheus/job-plan/1', name: 'primes' });
    expect(answer.exits.map(({ transaction }: Record<string, string>) => transaction)).toContain('Tx1');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('submit spends nothing unasked: exit code 2', () => {
    expect(job('submit', PRIMES, '--no-input', ...PARAMETERS)).toMatchObject({
      status: 2,
      answer: { code: 'not-confirmed', remedy: expect.stringContaining('--yes') },
    });
    expect(job('submit', PRIMES, '--yes')).toMatchObject({
      status: 2,
      answer: { message: expect.stringContaining('No T_P is named') },
    });
  });

  it('node-unreachable: says how a node is started', () => {
    expect(job('list')).toMatchObject({
      status: 1,
      answer: { code: 'node-unreachable', remedy: expect.stringContaining('prometh node') },
    });
  });
});

describe('what is said of a job', () => {
  const running: RemoteJob = {
    id: 'primes-1',
    name: 'primes',
    state: 'running',
    submitted_height: 100,
    ended_height: null,
    height: 110,
    seconds_per_block: 600,
    failure: null,
    parts: [
      {
        batch: 1,
        state: 'locked',
        message: 'waiting for the Worker',
        until: 116,
        worker: 'W',
        verifier: 'V',
      },
      { batch: 2, state: 'waiting' },
    ],
  };

  it('what waits says until which block, with an estimate where blocks come by themselves', () => {
    expect(untilText(116, 110, 600)).toBe(' (at the latest block 116, in 6 blocks (about 1 hour))');
    expect(untilText(116, 110, null)).toBe(' (at the latest block 116)');
    expect(untilText(null, 110, 600)).toBe('');
    expect(jobStatusText(running).split('\n')).toEqual([
      'primes-1: running, at block 110',
      'Batch 1: contracted, the money is locked; waiting for the Worker (at the latest block 116, in 6 blocks (about 1 hour))',
      '  Worker W',
      '  Verifier V',
      'Batch 2: not begun',
      'Follow it: prometh job logs -f primes-1',
    ]);
  });

  it('what has ended says how to fetch it, and why it failed', () => {
    const failure = { code: 'no-partner', message: 'Nobody is there.', rule: null, remedy: 'Name somebody.' };
    const ended: RemoteJob = { ...running, state: 'failed', failure, ended_height: 120, parts: [] };
    expect(jobStatusText(ended).split('\n').slice(1)).toEqual([
      'Nobody is there.',
      'Name somebody.',
      'Its results: prometh job result primes-1 --output FOLDER',
    ]);
    expect(jobListText([])).toContain('prometh job submit');
    expect(jobListText([{ ...ended, batches: 2 }])).toMatch(/primes-1 +failed +2 +100 +120/);
  });
});
