import { CodedError } from '@prometheus-compute/protocol';

/**
 * `locked`: another process has the data; `foreign`: a newer schema version; `unreadable`: no database, or damaged; `stale`: an older
 * copy than what this node has written last; `full`: nothing more can be written, and what was begun is undone.
 */
export type StoreErrorCode = 'locked' | 'foreign' | 'unreadable' | 'stale' | 'full';

/** Thrown by whatever is behind the port of durable state: this node's own trouble, and nobody else's. */
export class StoreError extends CodedError<StoreErrorCode> {}
