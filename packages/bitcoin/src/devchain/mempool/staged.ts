import type { Rejection } from '../verdict.ts';
import { rejection } from '../verdict.ts';
import { chunksOf, improvesDiagram } from './chunks.ts';
import type { MempoolEntry } from './entry.ts';
import { MAX_CLUSTER_COUNT, MAX_CLUSTER_WEIGHT } from './limits.ts';
import type { Mempool } from './pool.ts';

/** A change of the mempool that is being considered: nothing happens to the pool until {@link apply}. */
export class StagedChange {
  readonly #pool: Mempool;
  readonly #added: MempoolEntry[] = [];
  readonly #removed = new Set<MempoolEntry>();

  constructor(pool: Mempool) {
    this.#pool = pool;
  }

  get removed(): ReadonlySet<MempoolEntry> {
    return this.#removed;
  }

  add(entry: MempoolEntry): void {
    this.#added.push(entry);
  }

  remove(entries: Iterable<MempoolEntry>): void {
    for (const entry of entries) this.#removed.add(entry);
  }

  /** Whether a cluster that the new transactions would be in is over its limits. */
  checkClusters(): Rejection | undefined {
    for (const start of this.#added) {
      const cluster = new Set([start]);
      for (const entry of cluster) for (const next of this.#neighbours(entry)) cluster.add(next);
      let weight = 0;
      for (const entry of cluster) weight += entry.adjustedWeight;
      if (cluster.size > MAX_CLUSTER_COUNT || weight > MAX_CLUSTER_WEIGHT) {
        return rejection('policy', 'too-large-cluster');
      }
    }
    return undefined;
  }

  /** Whether miners would earn more at some size and less at none: the feerate diagram rule of replacements. */
  improvesDiagram(): boolean {
    const touched = [...this.#removed, ...this.#added.flatMap(({ loaded }) => this.#pool.parents(loaded))];
    const before = this.#pool.clusters(touched);
    const after = [...before].filter((entry) => !this.#removed.has(entry));
    return improvesDiagram(chunksOf(before), chunksOf([...after, ...this.#added]));
  }

  apply(): void {
    for (const entry of this.#removed) this.#pool.remove(entry);
    for (const entry of this.#added) this.#pool.add(entry);
  }

  #neighbours(entry: MempoolEntry): readonly MempoolEntry[] {
    const connected = [...this.#pool.parents(entry.loaded), ...this.#pool.children(entry.loaded)];
    const staged = this.#added.filter((other) => spends(entry, other) || spends(other, entry));
    return [...connected.filter((other) => !this.#removed.has(other)), ...staged];
  }
}

function spends(child: MempoolEntry, parent: MempoolEntry): boolean {
  return child.loaded.transaction.inputs.some((input) => input.txid === parent.loaded.txid);
}
