import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link TransactionError}. */
export type TransactionErrorCode =
  | 'truncated'
  | 'trailing-bytes'
  | 'compact-size-not-canonical'
  | 'too-large'
  | 'superfluous-witness'
  | 'unknown-optional-data';

/** Bytes that are not the one serialisation of a Bitcoin structure (BIP144 for transactions). */
export class TransactionError extends CodedError<TransactionErrorCode> {}
