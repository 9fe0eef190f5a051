import { CodedError } from '@prometheus-compute/protocol';

/**
 * `folder-exposed`: others may enter the data folder. `folder-unusable`: it cannot be made or written. `stopped`: the operator stopped
 * the node before it was up. `too-many-addresses`: more unpaid addresses than a recovery from the words would find.
 * `too-many-payments`: as many wait for their blocks as are kept. `amount-wrong`: it is no number of satoshis above zero.
 */
export type DaemonErrorCode =
  | 'folder-exposed'
  | 'folder-unusable'
  | 'stopped'
  | 'too-many-addresses'
  | 'too-many-payments'
  | 'amount-wrong';

export class DaemonError extends CodedError<DaemonErrorCode> {}
