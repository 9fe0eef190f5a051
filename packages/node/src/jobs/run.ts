import { satoshi } from '@prometheus-compute/protocol';
import { SandboxPool } from '@prometheus-compute/sandbox';
import { EngineError } from '../engine/errors.ts';
import { LocalNetwork } from '../local/network.ts';
import { BatchAttempts } from '../roles/batch-attempts.ts';
import type { Offered } from '../roles/client.ts';
import { DEVELOPMENT_POLICY } from '../roles/policy.ts';
import { withLimits } from './limits.ts';
import { clientCost, commitmentFee } from './money.ts';
import { JobObserver } from './observer.ts';
import { checkSpecification } from './plan.ts';
import { reportJob } from './report.ts';
import type { JobReport, JobSpecification, LimitedSpecification, RunOptions } from './specification.ts';

/** Blocks without any change of a batch after which something is wrong that waiting does not mend. */
const PATIENCE_BLOCKS = 30;
/** Arbiters beyond those that all batches need at once, so that the draw has a choice. */
const SPARE_ARBITERS = 2;
/** Satoshis that a funding coin has beyond what its contract takes: its change is an output of Tx0. */
const SPARE_COIN = 5_000n;

/**
 * Runs a whole job in one process: a network of parties on an embedded chain contracts, computes, verifies and pays
 * every batch, and the Client decrypts what it paid for.
 *
 * @throws RuleError, SandboxError, WalletError, EngineError: what went wrong, and what to do
 */
export async function runJob(given: JobSpecification, options: RunOptions): Promise<JobReport> {
  const specification = withLimits(given);
  checkSpecification(specification);
  const { parameters, batches } = specification;
  const executor = new SandboxPool();
  const { workerEngine } = options;
  const workerExecutor = workerEngine === undefined ? executor : new SandboxPool({ engine: workerEngine });
  const observer = new JobObserver(batches.length, options.onProgress ?? (() => {}));
  let network: LocalNetwork | undefined;
  try {
    const { profile, program: code, arguments: given = [] } = specification;
    const program = { profile, code, arguments: given };
    await executor.prepare(program, specification.limits);
    if (workerExecutor !== executor) await workerExecutor.prepare(program, specification.limits);
    const count = batches.length;
    const each = (amount: bigint): readonly bigint[] =>
      Array.from({ length: count }, () => amount + SPARE_COIN);
    const funds = specification.clientFunds;
    network = await LocalNetwork.start({
      dataFolder: options.dataFolder,
      executor,
      executors: (party, shared) => (party === 'worker' ? workerExecutor : shared),
      policy: DEVELOPMENT_POLICY,
      parameters,
      arbiters: specification.arbiterCount ?? count * parameters.n + SPARE_ARBITERS,
      funds: {
        client:
          funds === undefined ? each(clientCost(specification)) : each(funds / BigInt(count) - SPARE_COIN),
        worker: each(parameters.w),
        verifier: each(parameters.v),
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onProgress: (party, progress) => observer.onTask(party, progress),
      onStep: (what, message) => observer.onStep(what, message),
    });
    observer.attach(network);
    const before = network.parties.map(({ name, wallet }) => ({ party: name, before: wallet.balance() }));
    const attempts = new BatchAttempts(network.client.node, (failed) => observer.onFailedAttempt(failed));
    for (const [i, { inputs }] of batches.entries()) {
      await attempts.open({
        batch: i + 1,
        program,
        inputs,
        scheme: specification.scheme,
        sampled: specification.sampled,
        parametersTxid: network.parametersTxid,
        parameters,
        offered: offeredBy(specification),
        commitmentFee: commitmentFee(parameters.n),
        worker: network.worker.name,
        verifier: network.verifier.name,
      });
    }
    await network.settle();
    await untilClosed(network, observer, attempts);
    return await reportJob(network, specification, attempts, before);
  } finally {
    await network?.close();
    await executor.close();
    await workerExecutor.close();
  }
}

function offeredBy(specification: LimitedSpecification): Offered {
  return {
    reward: satoshi(specification.reward),
    settlementFee: satoshi(specification.settlementFee),
    retainer: satoshi(specification.retainer),
    bond: satoshi(specification.bond),
    deliveryBlocks: specification.deliveryBlocks,
    confirmationBlocks: specification.confirmationBlocks,
    stageBlocks: specification.stageBlocks,
    arbitrationBlocks: specification.arbitrationBlocks,
    relayBlocks: specification.relayBlocks,
    limits: specification.limits,
  };
}

/** Mines until every batch has its result and its settlement is final; a batch that fails for good ends the job. */
async function untilClosed(
  network: LocalNetwork,
  observer: JobObserver,
  attempts: BatchAttempts,
): Promise<void> {
  let idle = 0;
  let last = '';
  while (!observer.finished) {
    const failure = observer.failure ?? attempts.failure;
    if (failure !== undefined) throw failure;
    if (idle > PATIENCE_BLOCKS) {
      throw new EngineError(
        'not-finished',
        `nothing has happened for ${PATIENCE_BLOCKS} blocks: ${observer.waitingFor}`,
        {
          ...(observer.problem === undefined ? {} : { cause: observer.problem }),
          remedy:
            'Run the job again; if it stops at the same place, run it with --verbose and report what it says.',
        },
      );
    }
    await network.mine();
    await attempts.follow();
    await network.settle();
    const now = observer.fingerprint;
    idle = now === last ? idle + 1 : 0;
    last = now;
  }
}
