import type { PeerId } from '../ports/transport.ts';

/** Announcements that wait for a second look, in all and of one peer: a flood of one drives out nobody else's. */
const MOST = 500;
const MOST_OF_PEER = 50;

/** An announcement that the node could not judge yet. */
export interface UndecidedAnnouncement {
  readonly stake: string;
  readonly from: PeerId;
  readonly bytes: Uint8Array;
  /** How often it was shown to the node. */
  readonly tries: number;
  /** When it is looked at again, in milliseconds. */
  readonly due: number;
}

/** What peers have announced of stakes that the node does not know yet: one of each peer for a stake. */
export class Undecided {
  readonly #entries = new Map<string, UndecidedAnnouncement>();

  add(entry: UndecidedAnnouncement): void {
    const key = `${entry.stake}/${entry.from}`;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const own = [...this.#entries].filter(([, { from }]) => from === entry.from);
    if (own.length > MOST_OF_PEER) this.#entries.delete(own[0]![0]);
    if (this.#entries.size > MOST) this.#entries.delete(this.#entries.keys().next().value!);
  }

  /** Takes out what is to be looked at again, longest waiting first. */
  takeDue(now: number): readonly UndecidedAnnouncement[] {
    const due = [...this.#entries].filter(([, entry]) => entry.due <= now);
    for (const [key] of due) this.#entries.delete(key);
    return due.map(([, entry]) => entry);
  }

  /** The stake is known: nothing that was said of it before matters any more. */
  decided(stake: string): void {
    for (const [key, entry] of this.#entries) if (entry.stake === stake) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
