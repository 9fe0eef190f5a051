import type { Txid } from '@prometheus-compute/protocol';
import { compareFeeRates, type FeeRate } from '../money.ts';
import { maximumClosure } from './closure.ts';
import type { MempoolEntry } from './entry.ts';

/**
 * Transactions that a miner takes together: parents before children, at the feerate that all of them have as one.
 * The size is the adjusted weight.
 */
export interface Chunk extends FeeRate {
  readonly entries: readonly MempoolEntry[];
}

/**
 * Divides transactions into chunks of falling feerate, the way a miner who earns the most at every size takes them:
 * again and again the closed subset with the highest feerate. This is the optimal linearisation that Core's cluster
 * mempool approximates; clusters have at most 64 transactions, so it is exact here.
 *
 * @param entries - whole clusters, or what a replacement leaves of them
 */
export function chunksOf(entries: Iterable<MempoolEntry>): readonly Chunk[] {
  const ranked: { readonly chunk: Chunk; readonly cluster: Txid; readonly place: number }[] = [];
  for (const component of components(entries)) {
    const cluster = component.map(({ loaded }) => loaded.txid).toSorted()[0]!;
    const remaining = new Set(component);
    for (let place = 0; remaining.size > 0; place++) {
      const best = bestSubset([...remaining]);
      for (const entry of best) remaining.delete(entry);
      ranked.push({ chunk: { entries: topological(best), ...feeRateOf(best) }, cluster, place });
    }
  }
  // Among equal feerates a cluster's chunks stay in their order, parents before children; clusters go by their ids,
  // so that the order depends on nothing else.
  ranked.sort((a, b) => {
    const order = compareFeeRates(b.chunk, a.chunk);
    if (order !== 0) return order;
    return a.cluster === b.cluster ? a.place - b.place : a.cluster < b.cluster ? -1 : 1;
  });
  return ranked.map(({ chunk }) => chunk);
}

/** Whether no feerate diagram point of `before` lies above `after` and one lies below it. */
export function improvesDiagram(before: readonly Chunk[], after: readonly Chunk[]): boolean {
  const sizes = new Set<number>();
  for (const chunks of [before, after]) {
    let size = 0;
    for (const chunk of chunks) {
      size += chunk.size;
      sizes.add(size);
    }
  }
  let better = false;
  for (const size of sizes) {
    const difference = compareFeeRates(diagramAt(after, size), diagramAt(before, size));
    if (difference < 0) return false;
    if (difference > 0) better = true;
  }
  return better;
}

/** Fee that the diagram has accumulated at `size`, as a fraction with the size of the chunk cut there. */
function diagramAt(chunks: readonly Chunk[], size: number): FeeRate {
  let fee = 0n;
  let used = 0;
  for (const chunk of chunks) {
    if (used + chunk.size > size) {
      return { fee: fee * BigInt(chunk.size) + chunk.fee * BigInt(size - used), size: chunk.size };
    }
    fee += chunk.fee;
    used += chunk.size;
  }
  return { fee, size: 1 };
}

/** The subset, closed under parents, with the highest feerate; the smallest ancestor set among equals. */
function bestSubset(entries: readonly MempoolEntry[]): readonly MempoolEntry[] {
  if (entries.length === 1) return entries;
  const parents = entries.map((entry) =>
    entries.flatMap((other, index) => (other !== entry && spends(entry, other) ? [index] : [])),
  );
  let best = entries;
  for (;;) {
    const rate = feeRateOf(best);
    const gains = entries.map(
      (entry) => entry.fee * BigInt(rate.size) - rate.fee * BigInt(entry.adjustedWeight),
    );
    const closure = maximumClosure(gains, parents);
    if (closure.size === 0) break;
    best = entries.filter((_, index) => closure.has(index));
  }
  const rate = feeRateOf(best);
  for (const entry of best) {
    const ancestors = ancestorsWithin(entry, best);
    if (ancestors.length < best.length && compareFeeRates(feeRateOf(ancestors), rate) === 0) best = ancestors;
  }
  return best;
}

function ancestorsWithin(entry: MempoolEntry, entries: readonly MempoolEntry[]): readonly MempoolEntry[] {
  const found = new Set([entry]);
  for (const current of found) {
    for (const other of entries) if (spends(current, other)) found.add(other);
  }
  return [...found];
}

function components(entries: Iterable<MempoolEntry>): readonly (readonly MempoolEntry[])[] {
  const byId = new Map([...entries].map((entry) => [entry.loaded.txid, entry]));
  const neighbours = new Map([...byId.values()].map((entry) => [entry, new Set<MempoolEntry>()]));
  for (const entry of byId.values()) {
    for (const { txid } of entry.loaded.transaction.inputs) {
      const parent = byId.get(txid);
      if (parent === undefined) continue;
      neighbours.get(entry)!.add(parent);
      neighbours.get(parent)!.add(entry);
    }
  }
  const seen = new Set<MempoolEntry>();
  const result: MempoolEntry[][] = [];
  for (const entry of byId.values()) {
    if (seen.has(entry)) continue;
    const component = new Set([entry]);
    for (const current of component) for (const next of neighbours.get(current)!) component.add(next);
    for (const member of component) seen.add(member);
    result.push([...component]);
  }
  return result;
}

function topological(entries: readonly MempoolEntry[]): readonly MempoolEntry[] {
  const left = new Set([...entries].sort((a, b) => (a.loaded.txid < b.loaded.txid ? -1 : 1)));
  const ordered: MempoolEntry[] = [];
  while (left.size > 0) {
    for (const entry of left) {
      if ([...left].some((other) => other !== entry && spends(entry, other))) continue;
      ordered.push(entry);
      left.delete(entry);
    }
  }
  return ordered;
}

function spends(child: MempoolEntry, parent: MempoolEntry): boolean {
  return child.loaded.transaction.inputs.some((input) => input.txid === parent.loaded.txid);
}

function feeRateOf(entries: readonly MempoolEntry[]): FeeRate {
  let fee = 0n;
  let size = 0;
  for (const entry of entries) {
    fee += entry.fee;
    size += entry.adjustedWeight;
  }
  return { fee, size };
}
