import { type Outpoint, outpointKey } from '@prometheus-compute/protocol';

/** Record key of the contract that a stake serves: one contract per stake (Y §Duties). */
export function pledgeKey(stake: Outpoint): string {
  return `pledge:${outpointKey(stake)}`;
}
