import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCanonical, encodeCanonical } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeJob, encodeJob } from '../../src/jobs/job-parcel.ts';
import { factsOf, readParcel, writeParcel } from '../../src/jobs/parcel-file.ts';
import { decodeResults, encodeResults } from '../../src/jobs/results-parcel.ts';
import type { JobReport } from '../../src/jobs/specification.ts';
import { smallJob } from './play.ts';

const MALFORMED = expect.objectContaining({ code: 'parcel-malformed' });
const changed = (change: Readonly<Record<string, never>> | object): Uint8Array => {
  const whole = decodeCanonical(encodeJob(smallJob('primes', 2)), 1_000_000) as Record<string, never>;
  return encodeCanonical({ ...whole, ...change });
};

describe('a job on its way to a daemon', () => {
  it('arrives as it left', () => {
    const job = { ...smallJob('primes', 2), arguments: ['--fast'] };
    expect(decodeJob(encodeJob(job))).toEqual(job);
  });

  it.each([
    ['an unknown field', { more: 1 }],
    ['a format of another version', { format: 'prometheus/job/2' }],
    ['a name that leaves its folder', { name: '../primes' }],
    ['no batch', { batches: [] }],
    ['a batch without chunks', { batches: [[]] }],
    ['a negative amount', { reward: -1 }],
    ['more coins than there are', { bond: 2_100_000_000_000_001 }],
    ['a P of another length', { parameters: new Uint8Array(79) }],
    ['limits that nobody grants', { limits: { memoryPages: 65_537, outputBytes: 1, milliseconds: 1 } }],
  ])('is refused with %s', (_, change) => {
    expect(() => decodeJob(changed(change))).toThrow(MALFORMED);
  });
});

describe('results on their way to whoever asked', () => {
  it('arrive as they left, with probabilities and draws', () => {
    const report: JobReport = {
      name: 'primes',
      network: 'dev',
      height: 130,
      batches: [],
      results: [[Uint8Array.of(1), new Uint8Array(0)], []],
      outcomes: [[{ kind: 'done' }, { kind: 'failed', reason: 'exit 1' }], []],
      ceremonies: [{ batch: 1, attempt: 2, complete: true, file: Uint8Array.of(9, 9) }],
      balances: [{ party: 'client', before: 5n, after: 2n ** 60n }],
    };
    expect(decodeResults(encodeResults(report))).toEqual(report);
    expect(() => decodeResults(encodeCanonical({ format: 'prometheus/job-results/1' }))).toThrow(MALFORMED);
  });
});

/** Any open file: what its class does is what all of them do. */
async function someHandle(folder: string): Promise<FileHandle> {
  const handle = await open(join(folder, 'any'), 'w');
  await handle.close();
  return handle;
}

describe('files between a daemon and its caller', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prometh-parcel-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const contents = new Uint8Array(5_000).fill(7);
  const refusal = (reason: RegExp) => ({ code: 'parcel-unreadable', message: expect.stringMatching(reason) });

  it('are written for their owner alone, never over another one, and read as announced', async () => {
    const path = join(folder, 'job');
    const facts = await writeParcel(path, contents);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await readParcel(path, facts, contents.length)).toEqual(contents);
    await expect(writeParcel(path, contents)).rejects.toMatchObject(refusal(/cannot be made/));
  });

  it('are refused when they are larger than allowed, other than announced, no file, or behind a link', async () => {
    const path = join(folder, 'job');
    const facts = await writeParcel(path, contents);
    await expect(readParcel(path, facts, 4_999)).rejects.toMatchObject(refusal(/more than 4999 bytes/));
    writeFileSync(path, new Uint8Array(5_000).fill(8));
    await expect(readParcel(path, facts, 5_000)).rejects.toMatchObject(refusal(/not what was announced/));
    writeFileSync(path, new Uint8Array(5_001));
    await expect(readParcel(path, facts, 5_000)).rejects.toMatchObject(refusal(/no file of 5000 bytes/));
    await expect(readParcel(folder, facts, 5_000)).rejects.toMatchObject(refusal(/no file of/));
    symlinkSync(path, join(folder, 'link'));
    const link = join(folder, 'link');
    await expect(readParcel(link, factsOf(new Uint8Array(5_001)), 9_000)).rejects.toMatchObject(
      refusal(/opened/),
    );
  });

  it.skipIf(process.platform === 'win32')('a pipe is no file, and holds up nobody', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readParcel(pipe, factsOf(contents), 10_000)).rejects.toMatchObject(refusal(/no file/));
  });

  it('what cannot be written whole leaves nothing behind', async () => {
    const written = vi.spyOn(Object.getPrototypeOf(await someHandle(folder)), 'writeFile');
    written.mockRejectedValueOnce(new Error('no space is left'));
    const place = join(folder, 'results');
    await expect(writeParcel(place, contents)).rejects.toMatchObject(refusal(/cannot be written/));
    expect(existsSync(place)).toBe(false);
  });
});
