import { randomBytes } from 'node:crypto';
import { toHex } from '@prometheus-compute/protocol';
import { SandboxError, SandboxPool } from '@prometheus-compute/sandbox';
import { EngineError } from '../engine/errors.ts';
import { LocalNetwork } from '../local/network.ts';
import { DEVELOPMENT_POLICY } from '../roles/policy.ts';
import { ownedBy } from './changes.ts';
import { JobRunner } from './job-runner.ts';
import { withLimits } from './limits.ts';
import { clientCost } from './money.ts';
import { checkSpecification } from './plan.ts';
import type { JobReport, JobSpecification, RunOptions } from './specification.ts';

/** Blocks without any change of a batch after which something is wrong that waiting does not mend. */
const PATIENCE_BLOCKS = 30;
/** Arbiters beyond those that all batches need at once, so that the draw has a choice. */
const SPARE_ARBITERS = 2;
/** Satoshis that a funding coin has beyond what its contract takes: its change is an output of Tx0. */
const SPARE_COIN = 5_000n;
/** Runs of chunks without a result after which a job is given up: the machine may have been busy once. */
const OVERRUN_TRIES = 3;
/** Bytes of a job's id. */
const ID_BYTES = 8;

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
  let network: LocalNetwork | undefined;
  let runner: JobRunner | undefined;
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
      onProgress: ({ role }, progress) => {
        if (role === 'worker' || role === 'verifier' || role === 'client') runner?.onTask(role, progress);
      },
      onStep: (what, message) => {
        const stage = what === 'chain' ? 'chain' : 'funding';
        options.onProgress?.({ kind: 'stage', batch: null, stage, message });
      },
    });
    runner = await JobRunner.load(network.client.node, {
      peers: {
        workers: [{ peer: network.worker.name, price: 0n }],
        verifiers: [{ peer: network.verifier.name, price: 0n }],
      },
      network: 'devchain',
      onProgress: (_, progress) => options.onProgress?.(progress),
    });
    const before = await balancesOf(network);
    const id = toHex(randomBytes(ID_BYTES));
    await runner.submit({ id, specification, parametersTxid: network.parametersTxid });
    await untilOver(network, runner, id);
    const after = await balancesOf(network);
    const report = await runner.report(id);
    const balances = before.map(({ party, sum }, i) => ({ party, before: sum, after: after[i]!.sum }));
    return { ...report, balances };
  } finally {
    await network?.close();
    await executor.close();
    await workerExecutor.close();
  }
}

async function balancesOf(
  network: LocalNetwork,
): Promise<readonly { readonly party: string; readonly sum: bigint }[]> {
  const parties = network.parties.map(async ({ name, node }) => ({ party: name, sum: await ownedBy(node) }));
  return Promise.all(parties);
}

/** Mines until every batch has its result and its settlement is final; a batch that fails for good ends the job. */
async function untilOver(network: LocalNetwork, runner: JobRunner, id: string): Promise<void> {
  const troubles = new Troubles(network);
  const entry = runner.job(id);
  // Submitted a moment ago: it has not ended.
  const running = entry.running!;
  let idle = 0;
  let last = '';
  for (;;) {
    await runner.follow();
    await network.settle();
    const failure = running.failure ?? troubles.overrun;
    if (failure !== undefined) throw failure;
    if (entry.stored.end !== null) {
      if (entry.stored.end.failure === null) return;
      const { message, remedy } = entry.stored.end.failure;
      throw new EngineError('channel-failed', message, remedy === null ? {} : { remedy });
    }
    const now = running.observer.fingerprint;
    idle = now === last ? idle + 1 : 0;
    last = now;
    if (idle > PATIENCE_BLOCKS) throw stuck(running.observer.waitingFor, troubles.latest);
    await network.mine();
  }
}

function stuck(waitingFor: string, cause: Error | undefined): EngineError {
  return new EngineError(
    'not-finished',
    `nothing has happened for ${PATIENCE_BLOCKS} blocks: ${waitingFor}`,
    {
      ...(cause === undefined ? {} : { cause }),
      remedy:
        'Run the job again; if it stops at the same place, run it with --verbose and report what it says.',
    },
  );
}

/** What went wrong inside the parties of a network, and is tried again. */
class Troubles {
  latest: Error | undefined;
  #overruns = 0;

  constructor(network: LocalNetwork) {
    for (const { node } of network.parties) {
      node.engine.watch((notice) => {
        if (notice.kind === 'task-failed' || notice.kind === 'follow-failed') this.#note(notice.error);
      });
    }
  }

  /** Why the job cannot go on although every batch may be contracted: a chunk that gives no result again and again. */
  get overrun(): EngineError | undefined {
    if (this.#overruns < OVERRUN_TRIES || this.latest === undefined) return undefined;
    const reason = `a chunk gave no result ${OVERRUN_TRIES} times: ${this.latest.message}`;
    return new EngineError('not-finished', reason, {
      cause: this.latest,
      remedy:
        'Raise the limit of milliseconds in the job file, or make chunks smaller, and run the job again.',
    });
  }

  #note(error: Error): void {
    this.latest = error;
    if (error instanceof SandboxError && error.code === 'no-result-yet') this.#overruns += 1;
  }
}
