import { CodedError } from '@prometheus-compute/protocol';

/**
 * `folder-exposed`: others may enter the data folder. `folder-unusable`: it cannot be made or written. `stopped`: the operator stopped
 * the node before it was up. `too-many-addresses`: more unpaid addresses than a recovery from the words would find.
 */
export type DaemonErrorCode = 'folder-exposed' | 'folder-unusable' | 'stopped' | 'too-many-addresses';

export class DaemonError extends CodedError<DaemonErrorCode> {}
