import { CodedError } from '@prometheus-compute/protocol';

/** `locked`: another process has the data; `foreign`: another schema version; `unreadable`: no database, or damaged. */
export type StoreErrorCode = 'locked' | 'foreign' | 'unreadable';

export class StoreError extends CodedError<StoreErrorCode> {}
