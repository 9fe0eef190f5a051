import { type MessageOf, type Outpoint, outpointKey, type Txid } from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';

/** Offers that a directory remembers; a flood of announcements pushes out the oldest ones only. */
const MAX_ENTRIES = 10_000;

/** Which peer answers for an offer, and since when it says so. */
interface Entry {
  readonly peer: PeerId;
  readonly height: number;
}

/** Which peer answers for which arbitration offer. */
export class Directory {
  readonly #offers = new Map<string, Entry>();

  /**
   * Takes a genuine announcement of a stake that is on the chain. Of two, the later one counts, and of two from one block the
   * first: whoever repeats what an owner once said changes nothing.
   *
   * @returns false when a later announcement is known
   */
  announce({ offer, peer, height }: MessageOf<'announcement'>): boolean {
    const key = outpointKey(offer);
    const known = this.#offers.get(key);
    if (known !== undefined && (known.height > height || (known.height === height && known.peer !== peer)))
      return false;
    this.#offers.delete(key);
    this.#offers.set(key, { peer, height });
    if (this.#offers.size > MAX_ENTRIES) this.#offers.delete(this.#offers.keys().next().value!);
    return true;
  }

  peerOfOffer(outpoint: Outpoint | { readonly txid: Txid; readonly vout: number }): PeerId | undefined {
    return this.#offers.get(outpointKey(outpoint))?.peer;
  }

  peerOfOfferKey(key: string): PeerId | undefined {
    return this.#offers.get(key)?.peer;
  }
}
