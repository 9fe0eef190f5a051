/**
 * Base of every error that the core packages throw (style rule 7): a closed union of codes, evidence that a
 * program can read, one sentence on what happened and one on what to do about it.
 *
 * @typeParam Code - closed union of codes of one module
 */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;
  /** Values that show the failure; never secrets. */
  readonly evidence: Readonly<Record<string, string | number | bigint | boolean>>;
  /** Rule of the specification that was broken, e.g. `T §C: βv ≥ σc`, `D7`, `BIP341`. */
  readonly rule: string | undefined;
  /** What a person can do about it. */
  readonly remedy: string | undefined;

  constructor(
    code: Code,
    message: string,
    details: {
      evidence?: Readonly<Record<string, string | number | bigint | boolean>>;
      rule?: string;
      remedy?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.evidence = details.evidence ?? {};
    this.rule = details.rule;
    this.remedy = details.remedy;
  }
}

/** Codes of {@link EncodingError}. */
export type EncodingErrorCode =
  | 'hex-malformed'
  | 'length-wrong'
  | 'integer-out-of-range'
  | 'not-canonical'
  | 'too-large'
  | 'too-deep'
  | 'shape-wrong'
  | 'point-invalid'
  | 'scalar-invalid';

/** Bytes or values from outside that do not have the one encoding that the protocol allows. */
export class EncodingError extends CodedError<EncodingErrorCode> {}

/** Marks a branch that the type system proves unreachable (style rule 1). */
export function assertNever(value: never): never {
  throw new EncodingError('shape-wrong', `unexpected variant: ${JSON.stringify(value)}`);
}
