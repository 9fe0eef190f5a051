import { type Offer, offerOf, type SeenStake, type Snapshot } from '../../ceremony/offer.ts';
import type { Contract } from '../../contract/contract.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import type { Acceptance } from '../../wire/ceremony.ts';

/** The offers that acceptances are about: what the chain shows, joined with what their owners show. */
export function offersOf(stakes: readonly SeenStake[], acceptances: readonly Acceptance[]): readonly Offer[] {
  const seen = new Map(stakes.map((stake) => [outpointKey(stake.coin.outpoint), stake]));
  const offers = new Map<string, Offer>();
  for (const { outpoint, proof } of acceptances) {
    const key = outpointKey(outpoint);
    const stake = seen.get(key);
    const offer = stake && offerOf(stake, proof);
    if (offer !== undefined) offers.set(key, offer);
  }
  return [...offers.values()];
}

/**
 * Where the offers of a contract are counted. The least age is the node's policy and looked after where stakes are looked
 * up; that the old t4 of a renewed stake has passed only its owner's proof shows (Y §Snapshot).
 */
export function snapshotOf({ snapshotHeight }: Contract): Snapshot {
  return { height: snapshotHeight, minimumAge: 0 };
}
