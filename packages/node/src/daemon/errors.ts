import { CodedError } from '@prometheus-compute/protocol';

/**
 * `folder-exposed`: others may enter the data folder. `folder-unusable`: it cannot be made or written. `stopped`: the operator stopped
 * the node before it was up. `role-missing`: what was asked for needs a role that this node does not have.
 */
export type DaemonErrorCode = 'folder-exposed' | 'folder-unusable' | 'stopped' | 'role-missing';

export class DaemonError extends CodedError<DaemonErrorCode> {}
