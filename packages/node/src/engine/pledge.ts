import {
  arbiterIndex,
  contractHash,
  equalBytes,
  type Outpoint,
  outpointKey,
  utf8,
} from '@prometheus-compute/protocol';
import type { Store } from '../ports/store.ts';
import { contractOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';

/** Record key of the contract that a stake serves: one contract per stake (Y §Duties). */
export function pledgeKey(stake: Outpoint): string {
  return `pledge:${outpointKey(stake)}`;
}

/** What stands in the place of a contract for a stake that its arbiter takes back. No hash of a contract is as short. */
const WITHDRAWN = utf8('withdrawn');

/**
 * A: from now on the stake serves no contract any more, so that its coins can be spent; also after a restart.
 *
 * @returns false when it serves a contract
 */
export async function withdrawStake(stake: Outpoint, store: Store): Promise<boolean> {
  return (
    (await store.putRecord(pledgeKey(stake), WITHDRAWN, { ifAbsent: true })) || isWithdrawn(stake, store)
  );
}

/** A: whether a stake is taken back. */
export async function isWithdrawn(stake: Outpoint, store: Pick<Store, 'record'>): Promise<boolean> {
  const pledged = await store.record(pledgeKey(stake));
  return pledged !== undefined && equalBytes(pledged, WITHDRAWN);
}

/**
 * A: the Tx0 of an abandoned setup can never come back, though its inputs were signed: the stake may serve another contract.
 * Nothing happens when it does already.
 */
export async function freePledge({ role, state }: ChannelRecord, store: Store): Promise<void> {
  if (role !== 'arbiter' || state.name !== 'closed' || state.how !== 'abandoned') return;
  const contract = contractOf(state);
  const index = state.before === null ? undefined : arbiterIndex(state.before.self);
  const arbiter = index === undefined ? undefined : state.before?.agreement.arbiters[index - 1];
  if (contract === undefined || arbiter === undefined) return;
  const key = pledgeKey(arbiter.stake.coin.outpoint);
  const pledged = await store.record(key);
  if (pledged !== undefined && equalBytes(pledged, contractHash(contract))) await store.deleteRecord(key);
}
