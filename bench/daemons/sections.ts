import type { Section } from '../report/section.ts';
import { type ManyContracts, runManyContracts } from './many-contracts.ts';

/** Contracts at a time, and arbiters of each. */
const RUNS = [
  { n: 5, contracts: 1 },
  { n: 5, contracts: 10 },
] as const;
/** Of the network whose nodes are killed while all contracts are open; contracts, where nobody says how many. */
const OPEN = { n: 3, contracts: 50 };
const MEBIBYTE = 1_048_576;
const KIBIBYTE = 1_024;

/**
 * Daemons as processes of their own: contracts per minute, and what open contracts cost a node.
 *
 * @param open - contracts that are open while nodes are killed
 */
export async function daemonSections(open: number = OPEN.contracts): Promise<readonly Section[]> {
  const runs: ManyContracts[] = [];
  for (const { n, contracts } of RUNS) runs.push(await runManyContracts(n, contracts, false));
  const many = await runManyContracts(OPEN.n, open, true, (text) => process.stderr.write(`${text}\n`));
  return [throughputSection([...runs, many]), restartSection(many)];
}

function throughputSection(runs: readonly ManyContracts[]): Section {
  return {
    title: 'Daemons: contracts per minute',
    notes: [
      'One job of so many batches, a contract each, all open at the same time: a Client, two Workers, two Verifiers, n arbiters and the chain, each a',
      'process of its own on this machine, over libp2p, every commit synced. *Opened*: from the submission until every Tx0 is published. *Settled*: until',
      'everybody is paid and six blocks deep; a block is made whenever nobody has anything left to do. Chunks are next to no work. Between machines of their own nobody waits for a',
      'core of this one: the processor time is what all of them need together.',
    ],
    table: {
      columns: [
        { name: 'contracts' },
        { name: 'n' },
        { name: 'opened s', digits: 1 },
        { name: 'opened per minute', digits: 1 },
        { name: 'settled s', digits: 1 },
        { name: 'settled per minute', digits: 1 },
        { name: 'processor s per contract', digits: 2 },
      ],
      rows: runs.map(({ contracts, n, openedSeconds, settledSeconds, processorSeconds }) => [
        contracts,
        n,
        openedSeconds,
        (60 * contracts) / openedSeconds,
        settledSeconds,
        (60 * contracts) / settledSeconds,
        processorSeconds === null ? null : processorSeconds / contracts,
      ]),
    },
  };
}

function restartSection({ restarts, n }: ManyContracts): Section {
  const [unused, used] = [restarts.slice(0, restarts.length / 2), restarts.slice(restarts.length / 2)];
  const rows = used.map((after) => {
    const before = unused.find(({ name }) => name === after.name)!;
    return [
      after.name,
      before.milliseconds / 1000,
      inMebibytes(before.heap),
      after.contracts,
      after.milliseconds / 1000,
      inMebibytes(after.memory),
      inMebibytes(after.heap),
      after.heap === null || before.heap === null || after.contracts === 0
        ? null
        : (after.heap - before.heap) / after.contracts / KIBIBYTE,
    ];
  });
  return {
    title: 'Daemons: restart with open contracts',
    notes: [
      `A node of each role is killed with SIGKILL and started again: before the job, and while all its contracts (n = ${n}) are open. From the start of the process`,
      'until it answers on its socket; it has then checked its database, taken up its contracts, and gone on with what each waits for. *Resident* is what the',
      'system counts once it has read the chain, garbage that is not collected yet included; *heap*, its objects after a collection, is what contracts add to.',
    ],
    table: {
      columns: [
        { name: 'node' },
        { name: 'restart without any, s', digits: 1 },
        { name: 'heap MiB', digits: 1 },
        { name: 'open contracts' },
        { name: 'restart s', digits: 1 },
        { name: 'resident MiB' },
        { name: 'heap MiB', digits: 1 },
        { name: 'heap KiB per contract' },
      ],
      rows,
    },
  };
}

const inMebibytes = (bytes: number | null): number | null => (bytes === null ? null : bytes / MEBIBYTE);
