import { join } from 'node:path';
import { txidToInternal } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { answerLine } from '../../src/control/answer.ts';
import { ControlMethods } from '../../src/control/methods.ts';
import { jobMethods } from '../../src/jobs/control.ts';
import { encodeJob } from '../../src/jobs/job-parcel.ts';
import { readParcel, writeParcel } from '../../src/jobs/parcel-file.ts';
import { decodeResults } from '../../src/jobs/results-parcel.ts';
import { startPlay } from '../local/play.ts';
import { EXPECTED, runnerOf, smallJob, untilEnded } from './play.ts';

describe('control methods of jobs', () => {
  it('take a job by its file, tell how it goes, and hand out what it came to', async () => {
    await using play = await startPlay({ arbiters: 3 });
    const { network, folder } = play;
    const runner = await runnerOf(network);
    let changes = 0;
    const methods = new ControlMethods().add(
      ...jobMethods({
        node: network.client.node,
        runner,
        secondsPerBlock: 600,
        onChange: () => {
          changes += 1;
        },
      }),
    );
    const call = async (method: string, params = {}) => {
      const line = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const answer = await answerLine(line, methods, { signal: new AbortController().signal });
      const { result, error } = JSON.parse(answer);
      return result ?? error;
    };
    const file = join(folder, 'job');
    const facts = await writeParcel(file, encodeJob(smallJob('primes')));
    const txid = Buffer.from(txidToInternal(network.parametersTxid)).reverse().toString('hex');
    const submission = { id: 'primes-1', file, ...facts, parameters_txid: txid };

    const wrong = { ...submission, sha256: '00'.repeat(32) };
    expect(await call('job.submit', wrong)).toMatchObject({ data: { code: 'parcel-unreadable' } });
    expect(await call('job.submit', { ...submission, file: 'job' })).toMatchObject({ code: -32_602 });
    expect(await call('job.submit', { ...submission, id: '../job' })).toMatchObject({ code: -32_602 });
    expect(await call('job.submit', { ...submission, more: 1 })).toMatchObject({ code: -32_602 });
    expect([runner.jobs.length, changes]).toEqual([0, 0]);

    expect(await call('job.submit', submission)).toEqual({ id: 'primes-1', batches: 1 });
    expect(changes).toBe(1);
    // Asked again, since the answer was lost: one job.
    expect(await call('job.submit', submission)).toEqual({ id: 'primes-1', batches: 1 });
    await runner.follow();
    expect(await call('job.list')).toMatchObject({
      jobs: [{ id: 'primes-1', state: 'running', batches: 1 }],
    });
    const { height } = network;
    expect(await call('job.status', { id: 'primes-1' })).toMatchObject({
      seconds_per_block: 600,
      failure: null,
      // T §Setup: given up 18 blocks after it began.
      parts: [{ batch: 1, state: 'setup', worker: 'worker', verifier: 'verifier', until: height + 18 }],
    });
    const first = await call('job.follow', { id: 'primes-1', run: '', after: 0 });
    expect(first.events[0]).toMatchObject({ batch: 1, stage: 'terms', until: height + 18 });
    expect(await call('job.result', { id: 'primes-1', file: join(folder, 'early') })).toMatchObject({
      data: { code: 'job-unfinished' },
    });

    await untilEnded(network, runner);
    const { run, after } = first;
    const rest = await call('job.follow', { id: 'primes-1', run, after });
    expect(rest.events).not.toContainEqual(first.events[0]);
    expect(rest.job).toMatchObject({ state: 'done', parts: [{ state: 'settled', settlement: 'Tx4' }] });
    // Nothing is left to wait for.
    const nothing = await call('job.follow', { id: 'primes-1', run, after: rest.after });
    expect(nothing).toMatchObject({ events: [], after: rest.after });
    // Numbers of another run of the daemon mean nothing here.
    const anew = await call('job.follow', { id: 'primes-1', run: 'another', after: 1_000 });
    expect(anew.events[0]).toEqual(first.events[0]);

    const results = join(folder, 'results');
    const announced = await call('job.result', { id: 'primes-1', file: results });
    const report = decodeResults(await readParcel(results, announced, 1_000_000));
    expect(report.results[0]!.map((output) => new TextDecoder().decode(output))).toEqual(EXPECTED);
    expect(report.ceremonies).toMatchObject([{ batch: 1, attempt: 1, complete: true }]);
    expect(await call('job.cancel', { id: 'primes-1' })).toMatchObject({ data: { code: 'job-over' } });
    expect(await call('job.status', { id: 'other' })).toMatchObject({ data: { code: 'job-unknown' } });
  });
});
