import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link ReplayError}. */
export type ReplayErrorCode =
  /** The development chain does not take what makes the contract's coins, or Tx0. */
  | 'funding-refused'
  /** Model and chain differ on whether a transaction is valid. */
  | 'validity-differs'
  /** The chain refuses what the model says it takes. */
  | 'publication-refused';

/** A play of the model that the chain does not confirm: the model is wrong, or the graph. */
export class ReplayError extends CodedError<ReplayErrorCode> {}
