import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link DevchainError}. */
export type DevchainErrorCode =
  /** Bytes that are no block. */
  | 'block-malformed'
  /** No block with this hash, or none at this height. */
  | 'block-unknown'
  /** The genesis block stays. */
  | 'block-permanent'
  /** The assembled block broke a rule: the given transactions do. */
  | 'block-refused';

/** A call on the development chain that cannot be answered. Refused transactions are verdicts, not errors. */
export class DevchainError extends CodedError<DevchainErrorCode> {}
