import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '@prometheus-compute/protocol';
import { PROFILE } from '@prometheus-compute/sandbox';
import { JobRunner } from '../../src/jobs/job-runner.ts';
import type { JobSpecification } from '../../src/jobs/specification.ts';
import type { LocalNetwork } from '../../src/local/network.ts';
import { PARAMETERS } from '../local/play.ts';

const program = new Uint8Array(
  readFileSync(join(import.meta.dirname, '../../../../examples/primes/primes.wasm')),
);
/** Primes below 100, and from 100 to 200. */
const INPUTS = ['1 100', '100 200'];
/** What counting them gives. */
export const EXPECTED = ['25\n', '21\n'];
/** Blocks after which a job that goes on is none that will end. */
const LIMIT = 60;

/** A small job of so many batches. */
export function smallJob(name: string, batches = 1): JobSpecification {
  return {
    name,
    program,
    profile: PROFILE,
    scheme: 'replay',
    batches: Array.from({ length: batches }, () => ({ inputs: INPUTS.map((range) => utf8(`${range}\n`)) })),
    sampled: 1,
    parameters: PARAMETERS,
    reward: 100_000n,
    settlementFee: 3_000n,
    retainer: 1_000n,
    bond: 20_000n,
    deliveryBlocks: 120,
    confirmationBlocks: 24,
    stageBlocks: 24,
    arbitrationBlocks: 144,
    relayBlocks: 1,
    limits: { memoryPages: 16, outputBytes: 4_096, milliseconds: 20_000 },
  };
}

/** What the Client's node knows of its jobs, with these Workers to choose from. */
export function runnerOf(network: LocalNetwork, workers: readonly string[] = ['worker']): Promise<JobRunner> {
  return JobRunner.load(network.client.node, {
    peers: {
      workers: workers.map((peer) => ({ peer, price: 0n })),
      verifiers: [{ peer: 'verifier', price: 0n }],
    },
    network: 'test',
  });
}

/** Mines until every job has ended. */
export async function untilEnded(network: LocalNetwork, runner: JobRunner): Promise<void> {
  for (let i = 0; ; i++) {
    await runner.follow();
    await network.settle();
    if (runner.jobs.every(({ stored }) => stored.end !== null)) return;
    if (i === LIMIT)
      throw new RangeError(runner.jobs.map(({ running }) => running?.observer.waitingFor).join());
    await network.mine();
  }
}

/** The results of a job as text, batch by batch. */
export async function resultsOf(runner: JobRunner, id: string): Promise<readonly (readonly string[])[]> {
  const { results } = await runner.report(id);
  return results.map((outputs) => outputs.map((output) => new TextDecoder().decode(output)));
}
