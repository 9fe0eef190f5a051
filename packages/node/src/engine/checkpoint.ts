import type { Hash32 } from '@prometheus-compute/protocol';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import type { ReserveState } from './fees/reserves.ts';

/** A block of the active chain that was taken in. */
export interface SeenBlock {
  readonly height: number;
  readonly hash: Hash32;
}

/** Where reading the chain goes on after a restart, and what was known there. One record, so that its parts fit together. */
export interface Checkpoint {
  /** The last blocks that were taken in, oldest first. */
  readonly seen: readonly SeenBlock[];
  readonly reserves: ReserveState;
  /** What the wallet knew (`WalletState`). */
  readonly wallet: Snapshot;
}

/** How a node reads the chain. */
export interface ChainReading {
  /** First block that it reads. */
  readonly start: number;
  /** What an earlier run has stored; undefined: it reads from `start`. */
  readonly checkpoint: Checkpoint | undefined;
  /** What the wallet knows now; undefined: nothing is stored, and every run reads from `start`. */
  readonly wallet: (() => unknown) | undefined;
}

const KEY = 'chain:checkpoint';

/** The checkpoint of an earlier run. */
export async function loadCheckpoint(store: Store): Promise<Checkpoint | undefined> {
  const stored = await store.record(KEY);
  return stored === undefined ? undefined : (decodeSnapshot(stored) as unknown as Checkpoint);
}

/** Stores where reading goes on. */
export async function saveCheckpoint(
  store: Store,
  checkpoint: Omit<Checkpoint, 'wallet'> & { readonly wallet: unknown },
): Promise<void> {
  await store.putRecord(KEY, encodeSnapshot(checkpoint));
}

/** Makes the next run read the chain from its start again. What was handed out stays known. */
export async function dropCheckpoint(store: Store): Promise<void> {
  await store.deleteRecord(KEY);
}
