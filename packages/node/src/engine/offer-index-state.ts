import type { Hash32, Parameters, SeenStake, Txid } from '@prometheus-compute/protocol';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';

/** A stake, and the P that it was offered for. */
export interface SeenOutput {
  readonly parametersTxid: Txid;
  readonly stake: SeenStake;
}

/** Everything that an index of offers knows. */
export interface IndexState {
  /** First block that it has read. */
  readonly start: number;
  /** Height of the first of `hashes`. */
  readonly base: number;
  /** The last blocks that it has read. */
  readonly hashes: readonly Hash32[];
  readonly parameters: readonly (readonly [
    Txid,
    { readonly parameters: Parameters; readonly height: number },
  ])[];
  readonly stakes: readonly (readonly [string, SeenOutput])[];
}

/** Where an index keeps what it knows. */
export type IndexStore = Pick<Store, 'record' | 'putRecord'>;

const KEY = 'offers:index';

/** What an earlier run has stored. */
export async function loadIndex(store: IndexStore): Promise<IndexState | undefined> {
  const stored = await store.record(KEY);
  return stored === undefined ? undefined : (decodeSnapshot(stored) as unknown as IndexState);
}

export async function saveIndex(store: IndexStore, state: IndexState): Promise<void> {
  await store.putRecord(KEY, encodeSnapshot(state));
}

/** Makes the next run read every block again. */
export async function dropIndex(store: Pick<Store, 'deleteRecord'>): Promise<void> {
  await store.deleteRecord(KEY);
}
