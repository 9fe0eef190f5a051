import type { DatabaseSync } from 'node:sqlite';

/** One step from a schema version to the next. A migration that was released is never changed: data was made by it. */
export interface Migration {
  /** The version that it leads to: one more than the one before. */
  readonly version: number;
  /** Runs inside the transaction that also sets the version. */
  readonly up: (database: DatabaseSync) => void;
}
