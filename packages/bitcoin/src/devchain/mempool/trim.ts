import type { Txid } from '@prometheus-compute/protocol';
import { compareFeeRates, type FeeRate } from '../money.ts';
import { chunksOf } from './chunks.ts';
import type { MempoolEntry } from './entry.ts';
import { MAX_CLUSTER_COUNT, MAX_CLUSTER_WEIGHT } from './limits.ts';
import type { Mempool } from './pool.ts';

/** Transactions that are kept together, with the sum of their weights. */
interface Partition {
  readonly members: readonly MempoolEntry[];
  readonly weight: number;
}

/**
 * Entries that must go because transactions of a disconnected block connected clusters which are over the limits
 * together. As in Core, the clusters of before are merged in the order in which a miner would take them, the best
 * chunk first; who does not fit any more goes, and all that comes after it in its cluster.
 *
 * @param returned - ids of the transactions that came back
 */
export function entriesOverLimits(pool: Mempool, returned: ReadonlySet<Txid>): ReadonlySet<MempoolEntry> {
  const over = new Set<MempoolEntry>();
  const seen = new Set<MempoolEntry>();
  for (const txid of returned) {
    const entry = pool.entry(txid);
    if (entry === undefined || seen.has(entry)) continue;
    const group = pool.clusters([entry]);
    for (const member of group) seen.add(member);
    if (fits(partitionOf([...group]))) continue;
    for (const gone of entriesLeftOut(pool, group, returned)) over.add(gone);
  }
  return over;
}

function entriesLeftOut(
  pool: Mempool,
  group: ReadonlySet<MempoolEntry>,
  returned: ReadonlySet<Txid>,
): ReadonlySet<MempoolEntry> {
  const rates = new Map<MempoolEntry, FeeRate>();
  const before = new Map([...group].map((entry) => [entry, new Set<MempoolEntry>()]));
  for (const cluster of formerClusters(pool, group, returned)) {
    let previous: MempoolEntry | undefined;
    for (const chunk of chunksOf(cluster)) {
      for (const entry of chunk.entries) {
        rates.set(entry, chunk);
        if (previous !== undefined) before.get(entry)!.add(previous);
        previous = entry;
      }
    }
  }
  for (const entry of group) {
    for (const child of newChildren(pool, entry, returned)) before.get(child)!.add(entry);
  }
  const partitions = new Map<MempoolEntry, Partition>();
  const left = new Set(group);
  for (;;) {
    const ready = [...left].filter((entry) => [...before.get(entry)!].every((one) => partitions.has(one)));
    const best = ready.reduce<MempoolEntry | undefined>(
      (a, b) => (a === undefined || isBetter(rates.get(b)!, rates.get(a)!) ? b : a),
      undefined,
    );
    if (best === undefined) break;
    left.delete(best);
    const joined = new Set([...before.get(best)!].map((entry) => partitions.get(entry)!));
    const partition = partitionOf([best, ...[...joined].flatMap(({ members }) => members)]);
    if (!fits(partition)) continue;
    for (const member of partition.members) partitions.set(member, partition);
  }
  return new Set([...group].filter((entry) => !partitions.has(entry)));
}

/** The clusters of the group as they were before the returned transactions were linked to what spends them. */
function formerClusters(
  pool: Mempool,
  group: ReadonlySet<MempoolEntry>,
  returned: ReadonlySet<Txid>,
): readonly (readonly MempoolEntry[])[] {
  const clusters: MempoolEntry[][] = [];
  const seen = new Set<MempoolEntry>();
  for (const start of group) {
    if (seen.has(start)) continue;
    const cluster = new Set([start]);
    for (const entry of cluster) {
      for (const child of pool.children(entry.loaded))
        if (!isNewLink(entry, child, returned)) cluster.add(child);
      for (const parent of pool.parents(entry.loaded))
        if (!isNewLink(parent, entry, returned)) cluster.add(parent);
    }
    for (const entry of cluster) seen.add(entry);
    clusters.push([...cluster]);
  }
  return clusters;
}

function newChildren(
  pool: Mempool,
  entry: MempoolEntry,
  returned: ReadonlySet<Txid>,
): readonly MempoolEntry[] {
  return pool.children(entry.loaded).filter((child) => isNewLink(entry, child, returned));
}

function isNewLink(parent: MempoolEntry, child: MempoolEntry, returned: ReadonlySet<Txid>): boolean {
  return returned.has(parent.loaded.txid) && !returned.has(child.loaded.txid);
}

/** Higher feerate first, then smaller size. */
function isBetter(a: FeeRate, b: FeeRate): boolean {
  const order = compareFeeRates(a, b);
  return order !== 0 ? order > 0 : a.size < b.size;
}

function partitionOf(members: readonly MempoolEntry[]): Partition {
  return { members, weight: members.reduce((sum, entry) => sum + entry.adjustedWeight, 0) };
}

function fits({ members, weight }: Partition): boolean {
  return members.length <= MAX_CLUSTER_COUNT && weight <= MAX_CLUSTER_WEIGHT;
}
