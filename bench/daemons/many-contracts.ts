import { DemoNetwork, hasEnded, jobStatus, type RemoteJob, submitJob } from '@prometheus-compute/cli';
import { DEVELOPMENT_POLICY, planJob } from '@prometheus-compute/node';
import { BenchError } from '../bench-error.ts';
import { heapOf } from './heap.ts';
import { smallBatches } from './job.ts';
import { usageOf } from './processes.ts';

/** A node of each role, which is killed and started again. */
const RESTARTED = ['client', 'worker-1', 'verifier-1', 'arbiter-1'] as const;
/** Blocks without the job's end, after which something is wrong. */
const MOST_BLOCKS = 100;

/** How a node came back. */
export interface Restart {
  readonly name: string;
  /** From the start of its process until it answers on its socket. */
  readonly milliseconds: number;
  /** Contracts that it takes part in and that are not over. */
  readonly contracts: number;
  /** Bytes in memory when it has read the chain; null where the system does not say. */
  readonly memory: number | null;
  /** Bytes of objects in use then; null where nobody can ask. */
  readonly heap: number | null;
}

/** What so many contracts at a time take. */
export interface ManyContracts {
  readonly contracts: number;
  readonly n: number;
  /** Until every Tx0 is in a block, and until everybody is paid and no block can change it. */
  readonly openedSeconds: number;
  readonly settledSeconds: number;
  /** Of all nodes and the chain together, from the job's submission to its end; null where the system does not say. */
  readonly processorSeconds: number | null;
  readonly restarts: readonly Restart[];
}

/**
 * Runs one job of so many batches on daemons of this machine, each a process of its own, over libp2p: all contracts are open at the same
 * time.
 *
 * @param onProgress - hears at every block how many contracts are so far, and in how many seconds
 * @param restart - kill a node of each role while all contracts are open, and measure how it comes back; that time is not counted
 * @throws BenchError where the job does not end well
 */
export async function runManyContracts(
  n: number,
  contracts: number,
  restart: boolean,
  onProgress: (text: string) => void = () => {},
): Promise<ManyContracts> {
  const job = smallBatches(n, contracts);
  const limits = { ...DEVELOPMENT_POLICY.limits, setupsPerPeer: contracts, pledgesPerPeer: contracts };
  const plan = planJob(job, { ...DEVELOPMENT_POLICY, limits });
  const never = new AbortController().signal;
  const network = await DemoNetwork.start(job, plan, {
    signal: never,
    onStep: () => {},
    settings: ['[policy]', `setups_per_peer = ${contracts}`, `pledges_per_peer = ${contracts}`],
  });
  try {
    const unused = restart ? await restartEach(network) : [];
    const before = processorSeconds(network);
    const start = performance.now();
    await submitJob(
      network.client,
      { id: job.name, specification: job, parametersTxid: network.parametersTxid },
      network.folderOf('client'),
    );
    const told = ({ parts }: RemoteJob): void => {
      const states = Map.groupBy(parts, ({ state }) => state);
      const counts = [...states].map(([state, { length }]) => `${length} ${state}`).join(', ');
      onProgress(`${((performance.now() - start) / 1000).toFixed(0)} s: ${counts}`);
    };
    await mineUntil(network, job.name, told, ({ parts }) => parts.every(({ state }) => state === 'locked'));
    const opened = performance.now();
    const used = processorSeconds(network);
    const restarts = restart ? await restartEach(network) : [];
    const resumed = performance.now();
    const usedAgain = processorSeconds(network);
    await mineUntil(network, job.name, told, hasEnded);
    const after = processorSeconds(network);
    return {
      contracts,
      n,
      openedSeconds: (opened - start) / 1000,
      settledSeconds: (opened - start + performance.now() - resumed) / 1000,
      processorSeconds: before === null ? null : used! - before + (after! - usedAgain!),
      restarts: [...unused, ...restarts],
    };
  } finally {
    await network.close();
  }
}

function processorSeconds({ processes }: DemoNetwork): number | null {
  const usages = processes.map(usageOf);
  if (usages.includes(null)) return null;
  return usages.reduce((sum, usage) => sum + usage!.processorSeconds, 0);
}

async function mineUntil(
  network: DemoNetwork,
  id: string,
  told: (job: RemoteJob) => void,
  reached: (job: RemoteJob) => boolean,
): Promise<void> {
  const never = new AbortController().signal;
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks++) {
    await network.calm(never);
    const job = await jobStatus(network.client, id);
    if (job.failure !== null) throw new BenchError(`the job has failed: ${job.failure.message}`);
    told(job);
    if (reached(job)) return;
    await network.mineOne();
  }
  throw new BenchError(`the job has not come so far in ${MOST_BLOCKS} blocks`);
}

async function restartEach(network: DemoNetwork): Promise<readonly Restart[]> {
  const restarts: Restart[] = [];
  for (const name of RESTARTED) {
    const milliseconds = await network.restart(name);
    await network.calm(new AbortController().signal);
    const { pid } = network.members.find((member) => member.name === name)!;
    const contracts = await network.openContracts(name);
    const memory = usageOf(pid)?.memory ?? null;
    restarts.push({ name, milliseconds, contracts, memory, heap: await heapOf(pid) });
  }
  return restarts;
}
