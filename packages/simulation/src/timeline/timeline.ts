import type { Txid } from '@prometheus-compute/protocol';

/** Something that happened in a scenario. */
export interface TimelineEntry {
  readonly height: number;
  readonly who: string;
  readonly what: string;
  /** Empty where it goes without saying. */
  readonly why: string;
  readonly transaction: { readonly id: string; readonly txid: Txid } | null;
}

/** What happened, in order. The same thing by the same party is told once at a height. */
export class Timeline {
  readonly #entries: TimelineEntry[] = [];
  readonly #told = new Set<string>();

  add(entry: TimelineEntry): void {
    const key = JSON.stringify([entry.height, entry.who, entry.what]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#entries.push(entry);
  }

  get entries(): readonly TimelineEntry[] {
    return this.#entries;
  }
}
