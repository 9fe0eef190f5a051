import type { Snapshot } from '../../ceremony/offer.ts';
import type { Contract } from '../../contract/contract.ts';

/**
 * Where the offers of a contract are counted. The least age is the node's policy and looked after where stakes are looked
 * up; that the old t4 of a renewed stake has passed only its owner's proof shows (Y §Snapshot).
 */
export function snapshotOf({ snapshotHeight }: Contract): Snapshot {
  return { height: snapshotHeight, minimumAge: 0 };
}
