import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ControlClient, type JobSpecification, planJob } from '@prometheus-compute/node';
import { DemoNetwork } from '../../src/demo/network.ts';
import { loadJob } from '../../src/job/load.ts';
import { fetchReport, hasEnded, jobStatus, type RemoteJob, submitJob } from '../../src/job/remote.ts';
import type { Sentence } from './mortal.ts';

const PRIMES = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'primes', 'job.yaml');
const HOOK = pathToFileURL(join(import.meta.dirname, 'mortal.ts')).href;
/** Blocks without the job's end, after which something is wrong. */
const MOST_BLOCKS = 120;
/** Blocks after the job until what was locked is collected, and an arbiter's next offer is in a block. */
const AFTERWARDS = 8;
/** Milliseconds in which the end of a killed process is noticed. */
const PATIENCE = 10_000;
const NEVER = new AbortController().signal;

/** How a contract between daemons ended. */
export interface Ending {
  readonly settlement: string | null;
  /** What the contract brought everybody, in satoshis, by the job's report. */
  readonly contract: unknown;
  /** Satoshis by which each node's wallet has changed, by name; what a Worker is paid stays with its key until it asks for it. */
  readonly wallets: Readonly<Record<string, bigint>>;
  /** Commits of each watched node, from the submission of the job on. */
  readonly commits: Readonly<Record<string, number>>;
  /** Who was killed, in order. */
  readonly deaths: readonly string[];
}

/** Two chunks with next to no work, and three arbiters: fewer processes. */
function smallJob(): JobSpecification {
  const { specification } = loadJob(PRIMES);
  return {
    ...specification,
    sampled: 2,
    batches: [{ inputs: ['1 100\n', '100 200\n'].map((range) => new TextEncoder().encode(range)) }],
    parameters: { ...specification.parameters, n: 3 },
  };
}

/**
 * A job on a network of daemons, each a process of its own on its own data folder, which are killed where they are told and started again.
 *
 * @param sentences - where a node ends, by its name; null: its commits are counted
 */
export async function endureInProcesses(
  sentences: Readonly<Record<string, Sentence | null>>,
): Promise<Ending> {
  const folder = mkdtempSync(join(tmpdir(), 'prometh-killed-'));
  const job = smallJob();
  const before = { ...process.env };
  // Daemons take their environment from this process.
  process.env.NODE_OPTIONS = `--import=${HOOK}`;
  process.env.PROMETHEUS_TEST_SENTENCES = folder;
  let network: DemoNetwork | undefined;
  try {
    network = await DemoNetwork.start(job, planJob(job), { signal: NEVER, onStep: () => {} });
    return await endure(network, job, folder, sentences);
  } finally {
    await network?.close();
    for (const name of ['NODE_OPTIONS', 'PROMETHEUS_TEST_SENTENCES']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function endure(
  network: DemoNetwork,
  job: JobSpecification,
  folder: string,
  sentences: Readonly<Record<string, Sentence | null>>,
): Promise<Ending> {
  const deaths: string[] = [];
  const first = await balances(network);
  await submitJob(
    network.client,
    { id: job.name, specification: job, parametersTxid: network.parametersTxid },
    network.folderOf('client'),
  );
  for (const [name, sentence] of Object.entries(sentences))
    writeFileSync(join(folder, name), sentence === null ? '' : JSON.stringify(sentence));

  /** Does something that asks daemons; whoever was killed meanwhile is started again, and it is done again. */
  const insist = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    for (;;) {
      try {
        return await work();
      } catch (cause) {
        const dead = await gone(network);
        if (dead.length === 0) throw cause;
        for (const name of dead) {
          if (!existsSync(join(folder, `${name}.died`))) throw cause;
          deaths.push(name);
          await network.restart(name);
        }
      }
    }
  };
  const look = async (): Promise<RemoteJob> => {
    await network.calm(NEVER);
    return jobStatus(network.client, job.name);
  };
  /** A block, once everybody has done what can be done before it. @returns how the job stood until then */
  const step = async (): Promise<RemoteJob> => {
    const status = await insist(look);
    let again = false;
    await insist(async () => {
      // A block that was made before somebody's end was noticed is not made again.
      const { height } = again ? await look() : status;
      again = true;
      if (height === status.height) await network.mineOne();
    });
    return status;
  };
  let status = await step();
  for (let blocks = 0; !hasEnded(status); blocks++) {
    if (blocks === MOST_BLOCKS) throw new RangeError(`the job does not end: ${JSON.stringify(status.parts)}`);
    status = await step();
  }
  if (status.failure !== null) throw new RangeError(`the job has failed: ${status.failure.message}`);
  for (let i = 0; i < AFTERWARDS; i++) await step();
  await insist(look);
  const report = await insist(() => fetchReport(network.client, job.name, network.folderOf('client')));
  const [batch] = report.batches;
  const last = await insist(() => balances(network));
  const commits = Object.keys(sentences).map((name) => {
    const file = join(folder, `${name}.commits`);
    return [name, existsSync(file) ? readFileSync(file).length : 0];
  });
  return {
    settlement: batch!.settlement,
    contract: batch!.changes,
    wallets: Object.fromEntries(Object.entries(last).map(([name, now]) => [name, now - first[name]!])),
    commits: Object.fromEntries(commits),
    deaths,
  };
}

/** Nodes whose processes have ended, once the system has said so. */
async function gone(network: DemoNetwork): Promise<readonly string[]> {
  for (const limit = performance.now() + PATIENCE; performance.now() < limit; await delay(20)) {
    const dead = network.members.filter(({ pid }) => !isAlive(pid));
    if (dead.length > 0) return dead.map(({ name }) => name);
  }
  return [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function balances(network: DemoNetwork): Promise<Record<string, bigint>> {
  const of = async (name: string): Promise<[string, bigint]> => {
    const client = await ControlClient.connect(join(network.folderOf(name), 'control.sock'));
    try {
      const { confirmed_sat } = (await client.call('balance', {})) as { confirmed_sat: string };
      return [name, BigInt(confirmed_sat)];
    } finally {
      client.close();
    }
  };
  return Object.fromEntries(await Promise.all(network.members.map(({ name }) => of(name))));
}
