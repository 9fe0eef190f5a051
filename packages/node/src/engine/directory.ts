import {
  announcementHash,
  type MessageOf,
  type Outpoint,
  outpointKey,
  type SchnorrVerify,
  type Txid,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';

/** Offers that a directory remembers; a flood of announcements pushes out the oldest ones only. */
const MAX_ENTRIES = 10_000;

/** Which peer answers for which arbitration offer. */
export class Directory {
  readonly #offers = new Map<string, PeerId>();

  /**
   * Takes an announcement whose envelope has been checked. Nothing in it names the peer, so that whoever repeats it
   * looks like its owner: with `keepKnown`, an offer stays where it was announced first.
   *
   * @param keepKnown - while channels are open, whose arbiters must stay where they are
   * @returns false when the announcement's own signature does not hold, or the offer stays with another peer
   */
  announce(
    announcement: MessageOf<'announcement'>,
    peer: PeerId,
    verify: SchnorrVerify,
    keepKnown = false,
  ): boolean {
    const { offer, proof, signature } = announcement;
    if (!verify(signature, announcementHash(announcement), proof.offerKey)) return false;
    const known = this.peerOfOffer(offer);
    if (keepKnown && known !== undefined && known !== peer) return false;
    remember(this.#offers, outpointKey(offer), peer);
    return true;
  }

  peerOfOffer(outpoint: Outpoint | { readonly txid: Txid; readonly vout: number }): PeerId | undefined {
    return this.#offers.get(outpointKey(outpoint));
  }

  peerOfOfferKey(key: string): PeerId | undefined {
    return this.#offers.get(key);
  }
}

function remember(map: Map<string, PeerId>, key: string, peer: PeerId): void {
  map.delete(key);
  map.set(key, peer);
  if (map.size > MAX_ENTRIES) map.delete(map.keys().next().value!);
}
