import { compareBytes, txidToInternal } from '@prometheus-compute/protocol';
import { compareFeeRates, type FeeRate } from '../money.ts';
import { balancedClosures, maximumClosure } from './closure.ts';
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
 * mempool finds, in the same order: clusters have at most 64 transactions, so it is exact.
 *
 * Among equal feerates, a chunk comes earlier the less weight of its cluster comes with that feerate up to it; then
 * the one whose last id is lower.
 *
 * @param entries - whole clusters, or what a replacement leaves of them
 */
export function chunksOf(entries: Iterable<MempoolEntry>): readonly Chunk[] {
  const ranked: { readonly chunk: Chunk; readonly prefix: number; readonly last: Uint8Array }[] = [];
  for (const component of components(entries)) {
    const remaining = new Set(component);
    let previous: Chunk | undefined;
    let prefix = 0;
    while (remaining.size > 0) {
      const best = bestSubset([...remaining]);
      for (const entry of best) remaining.delete(entry);
      const chunk = { entries: topological(best), ...feeRateOf(best) };
      const continues = previous !== undefined && compareFeeRates(previous, chunk) === 0;
      prefix = (continues ? prefix : 0) + chunk.size;
      ranked.push({ chunk, prefix, last: lastId(best) });
      previous = chunk;
    }
  }
  ranked.sort(
    (a, b) => compareFeeRates(b.chunk, a.chunk) || a.prefix - b.prefix || compareBytes(a.last, b.last),
  );
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

/** The subset, closed under parents, with the highest feerate; among equals the smallest, then by the last id. */
function bestSubset(entries: readonly MempoolEntry[]): readonly MempoolEntry[] {
  if (entries.length === 1) return entries;
  const places = new Map(entries.map(({ loaded }, index) => [loaded.txid, index]));
  const parents = entries.map(({ loaded }) => [
    ...new Set(loaded.transaction.inputs.flatMap(({ txid }) => places.get(txid) ?? [])),
  ]);
  let best = entries;
  for (;;) {
    const rate = feeRateOf(best);
    const gains = entries.map(
      (entry) => entry.fee * BigInt(rate.size) - rate.fee * BigInt(entry.adjustedWeight),
    );
    const closure = maximumClosure(gains, parents);
    if (closure.size > 0) {
      best = entries.filter((_, index) => closure.has(index));
      continue;
    }
    const equals = balancedClosures(gains, parents).flatMap((nodes) =>
      nodes === undefined ? [] : [entries.filter((_, index) => nodes.has(index))],
    );
    return equals.reduce((a, b) => (comesEarlier(b, a) ? b : a));
  }
}

function comesEarlier(a: readonly MempoolEntry[], b: readonly MempoolEntry[]): boolean {
  const difference = feeRateOf(a).size - feeRateOf(b).size;
  return difference === 0 ? compareBytes(lastId(a), lastId(b)) < 0 : difference < 0;
}

function lastId(entries: readonly MempoolEntry[]): Uint8Array {
  return entries.map(idOf).reduce((a, b) => (compareBytes(a, b) < 0 ? b : a));
}

function idOf({ loaded }: MempoolEntry): Uint8Array {
  return txidToInternal(loaded.txid);
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

/** Parents before children; else by falling feerate, rising size and id. */
function topological(entries: readonly MempoolEntry[]): readonly MempoolEntry[] {
  if (entries.length === 1) return entries;
  const left = new Map(entries.toSorted(compareAlone).map((entry) => [entry.loaded.txid, entry]));
  const ordered: MempoolEntry[] = [];
  while (left.size > 0) {
    for (const [txid, entry] of left) {
      if (entry.loaded.transaction.inputs.some((input) => left.has(input.txid))) continue;
      ordered.push(entry);
      left.delete(txid);
      // What this one kept back may come before the others.
      break;
    }
  }
  return ordered;
}

function compareAlone(a: MempoolEntry, b: MempoolEntry): number {
  return (
    compareFeeRates(feeRateOf([b]), feeRateOf([a])) ||
    a.adjustedWeight - b.adjustedWeight ||
    compareBytes(idOf(a), idOf(b))
  );
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
