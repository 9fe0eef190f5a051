import { type Outpoint, outpointKey } from '../contract/outpoint.ts';
import { ROLES, type Role } from '../contract/party.ts';
import type { Hash32, Satoshi } from '../primitives/brands.ts';
import type { Acceptance } from '../wire/ceremony.ts';
import type { SeenStake, Snapshot } from './offer.ts';
import { rankOffers } from './ranking.ts';

/** A stake that counts, at its place in the draw, with what became of it. */
export interface RankedStake {
  readonly outpoint: Outpoint;
  readonly amount: Satoshi;
  /** i of A_i; null: not drawn. */
  readonly index: number | null;
  /** Whose lists have its acceptance. Nobody's: its arbiter was not asked, did not answer, or refused. */
  readonly shownBy: readonly Role[];
}

/** The stakes that were unspent at h_s and old enough. Whether a renewed one was free only its owner's proof shows. */
export function countingStakes(
  stakes: readonly SeenStake[],
  { height, minimumAge }: Snapshot,
): readonly SeenStake[] {
  return stakes.filter(({ confirmedHeight, spentHeight }) => {
    const spent = spentHeight !== undefined && spentHeight <= height;
    return !spent && height - confirmedHeight >= minimumAge;
  });
}

/**
 * Who was drawn and why: every stake that counts, by rank.
 *
 * @param shown - acceptances in a party's list
 * @param drawn - outpoint keys of 𝒜 in its order; empty when none was drawn
 */
export function rankStakes(
  seed: Hash32,
  stakes: readonly SeenStake[],
  shown: (role: Role) => readonly Acceptance[],
  drawn: readonly string[],
): readonly RankedStake[] {
  const lists = ROLES.map(
    (role) => [role, new Set(shown(role).map(({ outpoint }) => outpointKey(outpoint)))] as const,
  );
  const outpoints = stakes.map(({ coin }) => coin);
  return rankOffers(seed, outpoints).map(({ outpoint, amount }) => {
    const key = outpointKey(outpoint);
    const place = drawn.indexOf(key);
    const shownBy = lists.flatMap(([role, keys]) => (keys.has(key) ? [role] : []));
    return { outpoint, amount, index: place < 0 ? null : place + 1, shownBy };
  });
}
