/** Codes of {@link KernelError}. */
export type KernelErrorCode =
  /** A count, shape or other number that no kernel takes. */
  | 'value-out-of-range'
  /** A block has another length than the operation needs. */
  | 'size-mismatch'
  /** A block is of another kind than the operation needs. */
  | 'kind-mismatch'
  /** A block does not begin where values of its kind may. */
  | 'misaligned'
  /** A block lies, at least partly, in memory that was never given out, or was released. */
  | 'outside-memory'
  /** An output lies over an input. */
  | 'overlap'
  /** The operation would need more memory than it was allowed. */
  | 'memory-exhausted'
  /** A value is not below the prime p. */
  | 'not-reduced';

/** What is said beside the message. */
export interface KernelErrorDetails {
  /** Values that show the failure. */
  readonly evidence: Readonly<Record<string, string | number>>;
  /** What a person can do about it. */
  readonly remedy: string;
}

/** A kernel was called with arguments that it does not take. Nothing was computed. */
export class KernelError extends Error {
  readonly code: KernelErrorCode;
  readonly evidence: Readonly<Record<string, string | number>>;
  readonly remedy: string;

  constructor(code: KernelErrorCode, message: string, { evidence, remedy }: KernelErrorDetails) {
    super(message);
    this.name = 'KernelError';
    this.code = code;
    this.evidence = evidence;
    this.remedy = remedy;
  }
}
