import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RpcClientError } from '@prometheus-compute/bitcoin';
import { toHex } from '@prometheus-compute/protocol';
import { describe, expect, it, vi } from 'vitest';
import { DEVELOPMENT_POLICY, type LocalNetworkOptions } from '../../src/index.ts';
import { jobMethods } from '../../src/jobs/control.ts';
import type { JobRunner } from '../../src/jobs/job-runner.ts';
import { affordable } from '../../src/jobs/partner-prices.ts';
import { FUNDS, startPlay } from '../local/play.ts';
import { EXPECTED, resultsOf, runnerOf, smallJob, untilEnded } from './play.ts';

const utf8Text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Coins for two contracts. */
const TWICE: LocalNetworkOptions['funds'] = {
  client: [FUNDS.client + 5_000n, FUNDS.client + 5_000n],
  worker: [FUNDS.worker, FUNDS.worker],
  verifier: [FUNDS.verifier, FUNDS.verifier],
};

/** What a job has cost and brought everybody, and what the Client has in the end. */
async function outcomeOf(runner: JobRunner) {
  const { batches, balances } = await runner.report('a');
  // A bond that came back a block earlier has paid for its way already.
  const own = batches.flatMap(({ released }) => released.filter(({ party }) => party === 'client'));
  const fees = own.reduce((sum, { fee }) => sum + fee, 0n);
  return { changes: batches.map(({ changes }) => changes), after: balances[0]!.after + fees };
}

/** The same when nothing happens to anybody. */
async function undisturbed() {
  await using play = await startPlay({ arbiters: 3 });
  const { network } = play;
  const runner = await runnerOf(network);
  const { parametersTxid } = network;
  await runner.submit({ id: 'a', specification: smallJob('primes'), parametersTxid });
  await untilEnded(network, runner);
  return await outcomeOf(runner);
}

describe('JobRunner: a job of a Client’s node', () => {
  it('ended without warning before and after every write of the runner, and at a block: the same results, money and one contract', async () => {
    const wanted = await undisturbed();
    const visits = new Map<string, number>();
    let dead = false;
    const ports: LocalNetworkOptions['ports'] = (party, real) => {
      if (party !== 'client') return real;
      const { store } = real;
      const putRecord: typeof store.putRecord = async (key, value, options) => {
        if (!key.startsWith('job')) return store.putRecord(key, value, options);
        // The job itself, the list of all jobs, and how the job ended.
        const write = utf8Text(value).includes('"how"') ? `end of ${key}` : key;
        const visit = (visits.get(write) ?? 0) + 1;
        visits.set(write, visit);
        // First it ends before the write, then behind it.
        if (visit !== 1) await store.putRecord(key, value, options);
        if (visit > 2) return true;
        dead = true;
        throw new Error('the process has ended');
      };
      return { ...real, store: { ...store, putRecord } };
    };
    await using play = await startPlay({ arbiters: 3, ports });
    const { network } = play;
    const { parametersTxid } = network;
    const submission = { id: 'a', specification: smallJob('primes'), parametersTxid };
    let runner = await runnerOf(network);
    const survive = async (work: () => Promise<void>): Promise<void> => {
      await work().catch((cause: unknown) => {
        if (!dead) throw cause;
      });
      if (!dead) return;
      dead = false;
      await network.stop(network.client);
      await network.restart(network.client);
      runner = await runnerOf(network);
    };
    // Whoever submitted it asks again when there was no answer: the same job is no second one.
    for (let i = 0; i < 4; i++) await survive(() => runner.submit(submission));
    expect(runner.jobs).toHaveLength(1);
    for (let blocks = 0; runner.jobs.some(({ stored }) => stored.end === null); blocks++) {
      expect(blocks).toBeLessThan(60);
      await survive(() => runner.follow());
      await network.settle();
      if (blocks === 2) {
        dead = true;
        await survive(async () => {});
      }
      await network.mine();
    }
    expect([...visits.keys()]).toEqual(['job:a', 'jobs', 'end of job:a']);
    expect(await resultsOf(runner, 'a')).toEqual([EXPECTED]);
    expect(network.client.node.channels.map(({ batch }) => batch)).toEqual([1]);
    expect(await outcomeOf(runner)).toEqual(wanted);
  });

  it('two jobs in one store: batch numbers of their own, each its own results', async () => {
    await using play = await startPlay({ arbiters: 6, funds: TWICE });
    const { network } = play;
    const runner = await runnerOf(network);
    const { parametersTxid } = network;
    await runner.submit({ id: 'a', specification: smallJob('first'), parametersTxid });
    await runner.submit({ id: 'b', specification: smallJob('second'), parametersTxid });
    const other = { id: 'b', specification: smallJob('third'), parametersTxid };
    await expect(runner.submit(other)).rejects.toMatchObject({ code: 'job-exists' });
    await expect(runner.report('a')).rejects.toMatchObject({ code: 'job-unfinished' });
    await untilEnded(network, runner);
    expect(network.client.node.channels.map(({ batch }) => batch)).toEqual([1, 2]);
    for (const id of ['a', 'b']) {
      const { batches } = await runner.report(id);
      expect(batches).toMatchObject([{ batch: 1, scheme: '#3', chunks: EXPECTED.length }]);
      expect(await resultsOf(runner, id)).toEqual([EXPECTED]);
    }
    const hashes = await Promise.all(
      ['a', 'b'].map(async (id) => (await runner.report(id)).batches[0]!.contractHash),
    );
    expect(new Set(hashes).size).toBe(2);
  });

  it('a Bitcoin node that gives no answer when a batch is to be begun fails no job: it is begun in a later turn', async () => {
    await using play = await startPlay({ arbiters: 3 });
    const { network } = play;
    const { parametersTxid } = network;
    const runner = await runnerOf(network);
    await runner.submit({ id: 'a', specification: smallJob('a'), parametersTxid });
    const tip = vi.spyOn(network.client.node.ports.chain, 'tip');
    tip.mockRejectedValue(new RpcClientError('rpc-unreachable', 'no answer'));
    await expect(runner.follow()).rejects.toMatchObject({ code: 'rpc-unreachable' });
    tip.mockRestore();
    expect(runner.job('a').stored.end).toBeNull();
    await runner.follow();
    await network.settle();
    expect(network.client.node.channels).toHaveLength(1);
  });

  it('a job whose end cannot be written keeps no other from its own', async () => {
    const ports: LocalNetworkOptions['ports'] = (party, real) => {
      if (party !== 'client') return real;
      const { store } = real;
      const putRecord: typeof store.putRecord = async (key, value, options) => {
        if (key === 'job:a' && utf8Text(value).includes('"how"')) throw new Error('a bad sector');
        return store.putRecord(key, value, options);
      };
      return { ...real, store: { ...store, putRecord } };
    };
    await using play = await startPlay({ arbiters: 6, funds: TWICE, ports });
    const { network } = play;
    const { parametersTxid } = network;
    const runner = await runnerOf(network);
    for (const id of ['a', 'b']) await runner.submit({ id, specification: smallJob(id), parametersTxid });
    const endOf = (id: string) => runner.job(id).stored.end;
    for (let blocks = 0; endOf('b') === null; blocks++) {
      expect(blocks).toBeLessThan(60);
      await runner
        .follow()
        .catch((cause: unknown) => expect(cause).toMatchObject({ message: 'a bad sector' }));
      await network.settle();
      await network.mine();
    }
    expect(endOf('a')).toBeNull();
    expect(await resultsOf(runner, 'b')).toEqual([EXPECTED]);
  });

  it('a job whose inputs are lost ends no start: it says so, and the others are taken up', async () => {
    await using play = await startPlay({ arbiters: 3 });
    const { network, folder } = play;
    const { parametersTxid } = network;
    const before = await runnerOf(network);
    const other = { ...smallJob('b'), batches: [{ inputs: [new TextEncoder().encode('1 50\n')] }] };
    await before.submit({ id: 'a', specification: smallJob('a'), parametersTxid });
    await before.submit({ id: 'b', specification: other, parametersTxid });
    const lost = toHex(before.job('a').stored.batches[0]!.inputRoot);
    const [file] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith(lost),
    );
    rmSync(join(folder, file!));
    const runner = await runnerOf(network);
    expect(runner.job('a')).toMatchObject({ running: undefined, trouble: { code: 'payload-missing' } });
    expect(runner.job('b').running).toBeDefined();
    const methods = jobMethods({
      node: network.client.node,
      runner,
      secondsPerBlock: null,
      onChange: () => {},
    });
    const status = methods.find(({ name }) => name === 'job.status')!;
    const told = await status.run({ id: 'a' }, { signal: new AbortController().signal });
    expect(told).toMatchObject({ state: 'failed', failure: { code: 'payload-missing' } });
    await runner.follow();
  });

  it('a Worker that refuses: the next one is taken, and the batches of a job are spread over both Workers', async () => {
    const dear = { ...DEVELOPMENT_POLICY, minimumReward: 1_000_000n };
    await using play = await startPlay({
      arbiters: 6,
      funds: TWICE,
      moreWorkers: ['worker-2', 'worker-3'],
      policies: (party, policy) => (party === 'worker' ? dear : policy),
    });
    const { network } = play;
    const runner = await runnerOf(network, ['worker', 'worker-2', 'worker-3']);
    await runner.submit({
      id: 'a',
      specification: smallJob('primes', 2),
      parametersTxid: network.parametersTxid,
    });
    await untilEnded(network, runner);
    const workers = network.client.node.channels.map(({ batch, peers, state }) => [
      batch,
      peers.worker,
      state.name === 'closed' && state.how,
    ]);
    expect(workers).toEqual([
      [1, 'worker', 'abandoned'],
      [2, 'worker-2', 'settled'],
      [1, expect.stringMatching(/^worker-[23]$/), 'settled'],
    ]);
    expect(runner.job('a').stored.end).toMatchObject({ how: 'done', lost: [{ batch: 1, attempt: 1 }] });
    expect(await resultsOf(runner, 'a')).toEqual([EXPECTED, EXPECTED]);
  });

  it('coins for one contract and a job of two: the second waits for those of the first, and cancelling begins it never', async () => {
    await using play = await startPlay({ arbiters: 3 });
    const { network } = play;
    const runner = await runnerOf(network);
    const { parametersTxid } = network;
    await runner.submit({ id: 'a', specification: smallJob('primes', 2), parametersTxid });
    await runner.follow();
    expect(runner.job('a').running?.standings.map(({ is }) => is)).toEqual(['setup', 'waiting']);
    await runner.cancel('a');
    await untilEnded(network, runner);
    expect(runner.job('a').stored.end).toMatchObject({
      how: 'cancelled',
      failure: { code: 'interrupted' },
      batches: [{ report: { batch: 1, settlement: 'Tx4' } }],
    });
    expect(await resultsOf(runner, 'a')).toEqual([EXPECTED]);
    await expect(runner.cancel('a')).rejects.toMatchObject({ code: 'job-over' });
    expect(() => runner.job('b')).toThrow(expect.objectContaining({ code: 'job-unknown' }));
  });

  it('as many contracts are set up at a time as a partner takes part in; the others wait for their turn, and say so', async () => {
    await using play = await startPlay({
      arbiters: 6,
      funds: TWICE,
      policies: (_, common) => ({ ...common, limits: { ...common.limits, setupsPerPeer: 1 } }),
    });
    const { network } = play;
    const runner = await runnerOf(network);
    const { parametersTxid } = network;
    await runner.submit({ id: 'a', specification: smallJob('primes', 2), parametersTxid });
    await runner.follow();
    await network.settle();
    const { running } = runner.job('a');
    const standings = () => running?.standings.map(({ is }) => is);
    expect(standings()).toEqual(['setup', 'waiting']);
    const second = running!.standings[1]!.batch;
    expect(running?.observer.waitOf(second)).toMatchObject({
      message: 'waiting for its turn: 1 contracts are set up at a time',
    });
    for (let blocks = 0; standings()?.[1] === 'waiting'; blocks++) {
      expect(blocks).toBeLessThan(20);
      const inSetup = network.client.node.channels.filter(({ state }) => state.name === 'setup');
      expect(inSetup.length).toBeLessThanOrEqual(1);
      await network.mine();
      await runner.follow();
      await network.settle();
    }
    // Money of the first one is locked, and it is not over.
    expect(standings()).toEqual(['locked', 'setup']);
    await untilEnded(network, runner);
    expect(await resultsOf(runner, 'a')).toEqual([EXPECTED, EXPECTED]);
  });

  it('a block that is quicker than the terms fails no batch: they are proposed again at a later tip', async () => {
    await using play = await startPlay({ arbiters: 3 });
    const { network } = play;
    const runner = await runnerOf(network);
    const { parametersTxid } = network;
    await runner.submit({ id: 'a', specification: smallJob('primes'), parametersTxid });
    await runner.follow();
    // Before the Worker and the Verifier have read the terms.
    await network.mine();
    await untilEnded(network, runner);
    const end = runner.job('a').stored.end!;
    expect(end).toMatchObject({ how: 'done', failure: null, lost: [{ batch: 1, attempt: 1 }] });
    expect(await resultsOf(runner, 'a')).toEqual([EXPECTED]);
  });

  it('refuses a job about another P than the T_P says, and one that pays less than any Worker asks', async () => {
    await using play = await startPlay({ arbiters: 3 });
    const { network } = play;
    const runner = await runnerOf(network);
    const { parametersTxid } = network;
    const job = smallJob('primes');
    const other = { ...job, parameters: { ...job.parameters, t4: job.parameters.t4 + 1 } };
    await expect(runner.submit({ id: 'a', specification: other, parametersTxid })).rejects.toMatchObject({
      code: 'parameters-differ',
    });
    // T §Default P: of a reward of 100,000 a Worker gets 90,000.
    const priced = (price: bigint) => ({
      workers: [{ peer: 'worker', price }],
      verifiers: [{ peer: 'verifier', price: 1n }],
    });
    const limited = { ...job, limits: job.limits! };
    expect(affordable(limited, priced(90_000n)).workers).toEqual(['worker']);
    expect(() => affordable(limited, priced(90_001n))).toThrow(
      expect.objectContaining({ code: 'no-partner' }),
    );
    expect(runner.jobs).toEqual([]);
  });
});
