import { compareBytes, type Txid, txidToInternal } from '@prometheus-compute/protocol';
import type { CoinView, UnspentOutput } from '../consensus/coins.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { type OutpointKey, outpointKey } from '../outpoint.ts';
import type { MempoolEntry } from './entry.ts';

/** The transactions that wait for a block, with who spends whom. Keeps whatever it is told to: rules are elsewhere. */
export class Mempool {
  readonly #entries = new Map<Txid, MempoolEntry>();
  readonly #spenders = new Map<OutpointKey, MempoolEntry>();
  #returning: ReadonlySet<Txid> = new Set();

  get size(): number {
    return this.#entries.size;
  }

  entry(txid: Txid): MempoolEntry | undefined {
    return this.#entries.get(txid);
  }

  /** In order of arrival. */
  entries(): IterableIterator<MempoolEntry> {
    return this.#entries.values();
  }

  /** The transaction that spends the output. */
  spender(key: OutpointKey): MempoolEntry | undefined {
    return this.#spenders.get(key);
  }

  add(entry: MempoolEntry): void {
    this.#entries.set(entry.loaded.txid, entry);
    for (const input of entry.loaded.transaction.inputs) {
      this.#spenders.set(outpointKey(input.txid, input.vout), entry);
    }
  }

  remove(entry: MempoolEntry): void {
    this.#entries.delete(entry.loaded.txid);
    for (const input of entry.loaded.transaction.inputs) {
      this.#spenders.delete(outpointKey(input.txid, input.vout));
    }
  }

  /** The entries that a transaction spends directly, each once, in Core's order: by the internal bytes of their ids. */
  parents(loaded: LoadedTransaction): readonly MempoolEntry[] {
    const found = new Set<MempoolEntry>();
    for (const input of loaded.transaction.inputs) {
      const parent = this.#entries.get(input.txid);
      if (parent !== undefined && !this.#isUnlinked(parent.loaded.txid, loaded.txid)) found.add(parent);
    }
    return sortedById(found);
  }

  /** The entries that spend a transaction directly, each once, in the same order; the transaction itself need not be here. */
  children(loaded: LoadedTransaction): readonly MempoolEntry[] {
    const found = new Set<MempoolEntry>();
    for (let vout = 0; vout < loaded.transaction.outputs.length; vout++) {
      const child = this.#spenders.get(outpointKey(loaded.txid, vout));
      if (child !== undefined && !this.#isUnlinked(loaded.txid, child.loaded.txid)) found.add(child);
    }
    return sortedById(found);
  }

  /**
   * While transactions of disconnected blocks return, they are not yet linked to the entries that spend them: whether
   * each may return depends on what it builds on alone.
   *
   * @param returning - their ids; none at the end
   */
  unlink(returning: ReadonlySet<Txid>): void {
    this.#returning = returning;
  }

  #isUnlinked(parent: Txid, child: Txid): boolean {
    return this.#returning.has(parent) && !this.#returning.has(child);
  }

  /** The entry and everything that it builds on. */
  ancestors(entry: MempoolEntry): ReadonlySet<MempoolEntry> {
    return reachable([entry], (current) => this.parents(current.loaded));
  }

  /** The entry and everything that builds on it. */
  descendants(entry: MempoolEntry): ReadonlySet<MempoolEntry> {
    return reachable([entry], (current) => this.children(current.loaded));
  }

  /** Everything connected to the given entries by spending, in both directions, with them. */
  clusters(entries: Iterable<MempoolEntry>): ReadonlySet<MempoolEntry> {
    return reachable(entries, ({ loaded }) => [...this.parents(loaded), ...this.children(loaded)]);
  }

  /** Removes the entry and everything that builds on it. @returns what was removed */
  removeWithDescendants(entry: MempoolEntry): ReadonlySet<MempoolEntry> {
    const removed = this.descendants(entry);
    for (const gone of removed) this.remove(gone);
    return removed;
  }
}

/** In Core's order, by the internal bytes of the ids. */
export function sortedById(entries: ReadonlySet<MempoolEntry>): readonly MempoolEntry[] {
  if (entries.size < 2) return [...entries];
  return [...entries].sort((a, b) =>
    compareBytes(txidToInternal(a.loaded.txid), txidToInternal(b.loaded.txid)),
  );
}

function reachable(
  start: Iterable<MempoolEntry>,
  next: (entry: MempoolEntry) => readonly MempoolEntry[],
): ReadonlySet<MempoolEntry> {
  const found = new Set(start);
  // A set visits what is added while it is walked.
  for (const entry of found) for (const other of next(entry)) found.add(other);
  return found;
}

/** Unspent outputs of the chain, the mempool and a package that is being checked, as one view. */
export class MempoolView implements CoinView {
  readonly #base: CoinView;
  readonly #pool: Mempool;
  readonly #height: number;
  readonly #package = new Map<Txid, LoadedTransaction>();

  /** @param height - that unconfirmed outputs are taken to have: one above the tip */
  constructor(base: CoinView, pool: Mempool, height: number) {
    this.#base = base;
    this.#pool = pool;
    this.#height = height;
  }

  /** Makes the outputs of a member of a package available to those after it. */
  include(loaded: LoadedTransaction): void {
    this.#package.set(loaded.txid, loaded);
  }

  coin(key: OutpointKey): UnspentOutput | undefined {
    const separator = key.indexOf(':');
    const txid = key.slice(0, separator) as Txid;
    const unconfirmed = this.#package.get(txid) ?? this.#pool.entry(txid)?.loaded;
    if (unconfirmed === undefined) return this.#base.coin(key);
    const output = unconfirmed.transaction.outputs[Number(key.slice(separator + 1))];
    return output === undefined ? undefined : { ...output, height: this.#height, coinbase: false };
  }
}
