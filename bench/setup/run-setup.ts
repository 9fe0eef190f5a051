import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { DEVELOPMENT_POLICY, LocalNetwork, openBatchChannel, planJob } from '@prometheus-compute/node';
import { type Graph, graphOf, satoshi } from '@prometheus-compute/protocol';
import { PROFILE, SandboxPool } from '@prometheus-compute/sandbox';
import { BenchError } from '../bench-error.ts';
import { exampleJob } from '../example-job.ts';

/** Arbiters beyond n, so that the draw has a choice. */
const SPARE_ARBITERS = 2;
/** Satoshis that each funding coin has too much: its change is an output of Tx0. */
const SPARE_COIN = 5_000n;

/** What may look at a network before its setup begins and after it has ended. */
export interface Instrument {
  before(network: LocalNetwork): Promise<void> | void;
  after(network: LocalNetwork): Promise<void> | void;
}

/** A finished setup: Tx0 is in the mempool. */
export interface SetupResult {
  /** From the Client's `terms` to Tx0 in the mempool, the snapshot block included. */
  readonly milliseconds: number;
  /** Processor time of this process within that: it says more than the clock where others use the machine too. */
  readonly processorMilliseconds: number;
  readonly graph: Graph;
}

/**
 * Sets up one contract with real parties in this process: C, W, V and n of n + 2 arbiters, each with its own SQLite
 * file, on an embedded chain. Funding and offers are not part of the measured time.
 */
export async function runSetup(n: number, instrument?: Instrument): Promise<SetupResult> {
  const job = exampleJob(n);
  const { perBatch } = planJob(job).cost;
  const clientCoin =
    perBatch.reward + perBatch.settlementFee + perBatch.retainers + perBatch.bond + perBatch.tx0FeeEstimate;
  const { parameters } = job;
  const dataFolder = mkdtempSync(join(tmpdir(), 'prometheus-bench-'));
  const executor = new SandboxPool();
  const program = { profile: PROFILE, code: job.program, arguments: [] };
  await executor.prepare(program, job.limits);
  const network = await LocalNetwork.start({
    dataFolder,
    executor,
    policy: DEVELOPMENT_POLICY,
    parameters,
    arbiters: n + SPARE_ARBITERS,
    funds: {
      client: [clientCoin + SPARE_COIN],
      worker: [parameters.w + SPARE_COIN],
      verifier: [parameters.v + SPARE_COIN],
    },
  });
  try {
    await instrument?.before(network);
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    await openBatchChannel(network.client.node, {
      batch: 1,
      program,
      inputs: job.batches[0]!.inputs,
      scheme: 'replay',
      sampled: job.sampled,
      parametersTxid: network.parametersTxid,
      parameters,
      offered: offered(job),
      commitmentFee: perBatch.tx0FeeEstimate,
      worker: network.worker.name,
      verifier: network.verifier.name,
    });
    await network.settle();
    await network.mine();
    const milliseconds = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuStart);
    await instrument?.after(network);
    return { milliseconds, processorMilliseconds: (user + system) / 1000, graph: publishedGraph(network) };
  } finally {
    await network.close();
    await executor.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

function offered(job: ReturnType<typeof exampleJob>) {
  const { deliveryBlocks, confirmationBlocks, stageBlocks, arbitrationBlocks, relayBlocks, limits } = job;
  return {
    reward: satoshi(job.reward),
    settlementFee: satoshi(job.settlementFee),
    retainer: satoshi(job.retainer),
    bond: satoshi(job.bond),
    ...{ deliveryBlocks, confirmationBlocks, stageBlocks, arbitrationBlocks, relayBlocks, limits },
  };
}

/** The Client's graph. @throws BenchError when its Tx0 is not in the mempool */
function publishedGraph(network: LocalNetwork): Graph {
  const state = network.client.node.engine.records[0]?.state;
  if (state?.name !== 'setup' || state.step !== 'signatures' || state.commitment === null) {
    throw new BenchError(
      `the setup did not reach Tx0: ${state?.name === 'closed' ? state.how : state?.name}`,
    );
  }
  const txid = transactionId(parseTransaction(state.commitment));
  if (network.chain.mempool.entry(txid) === undefined) throw new BenchError('Tx0 is not in the mempool');
  return graphOf(state.agreement);
}
