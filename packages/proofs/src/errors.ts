import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link ProofError}. */
export type ProofErrorCode =
  /** A Merkle tree over nothing (M §Bytes: N ≥ 1). */
  | 'no-leaves'
  /** A chunk index that is not below N. */
  | 'index-out-of-range'
  /** A sample of none, or of more chunks than there are (C16). */
  | 'sample-impossible'
  /** Lists for the chunks of a batch that do not have N entries. */
  | 'count-wrong'
  /** A secret that does not belong to the point that the contract names. */
  | 'secret-wrong'
  /** The entropy source gave a wrong number of bytes, or bytes that no scalar can be made of. */
  | 'entropy-unusable';

/** A caller's mistake. What another party did wrong is never thrown: it is a verdict, a fault or undefined. */
export class ProofError extends CodedError<ProofErrorCode> {}
