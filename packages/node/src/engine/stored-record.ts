import type { ChannelState, PollingStep } from '@prometheus-compute/protocol';
import type { Commit, Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { type ChannelRecord, decodeRecord, encodeRecord } from './channel-record.ts';

/** The stakes that count, by rank: as long as there are offers on the network, and the same for a whole poll. */
type Ranking = PollingStep['stakes'];

const rankingKey = (channel: string): string => `ranking:${channel}`;

/**
 * How a commit stores a record: its state, and a long list that all moves of a poll share in a record of its own, written by the first of them
 * and deleted by the first one behind the poll.
 *
 * @param before - the record as the store holds it; undefined where it holds none
 */
export function storedRecord(
  before: ChannelRecord | undefined,
  record: ChannelRecord,
): Required<Pick<Commit, 'state' | 'records'>> {
  const key = rankingKey(record.id);
  const [old, ranking] = [before && rankingIn(before.state), rankingIn(record.state)];
  if (ranking === undefined) {
    return { state: encodeRecord(record), records: old === undefined ? [] : [{ key, value: null }] };
  }
  return {
    state: encodeSnapshot({ ...record, state: { ...record.state, stakes: null } }),
    records: old === ranking ? [] : [{ key, value: encodeSnapshot(ranking) }],
  };
}

/** The record that {@link storedRecord} was given. @throws EncodingError `shape-wrong` when the store has lost its list */
export async function loadRecord(bytes: Uint8Array, store: Pick<Store, 'record'>): Promise<ChannelRecord> {
  const record = decodeRecord(bytes);
  const { state } = record;
  if (state.name !== 'setup' || state.step !== 'polling' || (state.stakes as Ranking | null) !== null)
    return record;
  const stored = await store.record(rankingKey(record.id));
  const stakes = decodeSnapshot(stored ?? new Uint8Array()) as unknown as Ranking;
  return { ...record, state: { ...state, stakes } };
}

/** Undefined where there is nothing to keep apart. */
function rankingIn(state: ChannelState): Ranking | undefined {
  return state.name === 'setup' && state.step === 'polling' && state.stakes.length > 0
    ? state.stakes
    : undefined;
}
