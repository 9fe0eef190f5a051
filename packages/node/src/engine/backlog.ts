/** What a backlog keeps at most. */
export interface BacklogLimits {
  /** Bytes in all. */
  readonly bytes: number;
  /** Bytes of one owner. */
  readonly ownerBytes: number;
  /** Items of one owner. */
  readonly ownerItems: number;
}

/** Something that came too early. */
export interface BacklogItem<Value> {
  /** The same thing that comes again takes no second place. */
  readonly key: string;
  /** What has to change before it can be tried again. */
  readonly topic: string;
  /** Who is charged for it. */
  readonly owner: string;
  readonly bytes: number;
  readonly value: Value;
}

/**
 * Things that wait for their time, bounded by bytes, in all and for each owner: an owner that has used up its share gets
 * nothing more in, and when everything is full, the owner that holds most loses its oldest. Whoever is dropped sends
 * again.
 */
export class Backlog<Value> {
  readonly #limits: BacklogLimits;
  readonly #items = new Map<string, BacklogItem<Value>>();
  readonly #owners = new Map<string, { bytes: number; items: number }>();
  #bytes = 0;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  /** Bytes of everything that waits. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Answers whether it has a place. */
  add(item: BacklogItem<Value>): boolean {
    if (this.#items.has(item.key)) return true;
    const { bytes, ownerBytes, ownerItems } = this.#limits;
    const used = this.#owners.get(item.owner) ?? { bytes: 0, items: 0 };
    if (used.bytes + item.bytes > Math.min(bytes, ownerBytes) || used.items === ownerItems) return false;
    while (this.#bytes + item.bytes > bytes) this.#dropOldestOf(this.#heaviest());
    this.#items.set(item.key, item);
    this.#charge(item, 1);
    return true;
  }

  /** Takes out what waits for a topic, oldest first. */
  take(topic: string): readonly Value[] {
    const due = [...this.#items.values()].filter((item) => item.topic === topic);
    for (const item of due) this.#remove(item);
    return due.map(({ value }) => value);
  }

  #heaviest(): string {
    let heaviest = '';
    let most = -1;
    for (const [owner, { bytes }] of this.#owners) {
      if (bytes > most) [heaviest, most] = [owner, bytes];
    }
    return heaviest;
  }

  #dropOldestOf(owner: string): void {
    for (const item of this.#items.values()) {
      if (item.owner === owner) {
        this.#remove(item);
        return;
      }
    }
  }

  #remove(item: BacklogItem<Value>): void {
    this.#items.delete(item.key);
    this.#charge(item, -1);
  }

  #charge({ owner, bytes }: BacklogItem<Value>, sign: 1 | -1): void {
    this.#bytes += sign * bytes;
    const used = this.#owners.get(owner) ?? { bytes: 0, items: 0 };
    const rest = { bytes: used.bytes + sign * bytes, items: used.items + sign };
    if (rest.items === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, rest);
  }
}
