/** Codes of {@link SandboxError}. */
export type SandboxErrorCode =
  // what a module may not be: the program is refused before anything is signed
  | 'module-malformed'
  | 'module-too-large'
  | 'module-invalid'
  | 'forbidden-import'
  | 'import-signature'
  | 'memory-imported'
  | 'memory-forbidden'
  | 'memory-too-large'
  | 'table-too-large'
  | 'globals-too-large'
  | 'no-memory-export'
  | 'no-start-function'
  | 'start-section'
  | 'feature-forbidden'
  // what a model file may not be
  | 'model-malformed'
  | 'model-too-large'
  | 'accumulator-overflow'
  // what a network may not be that is to become a model
  | 'onnx-malformed'
  | 'onnx-too-large'
  | 'onnx-unsupported'
  | 'calibration-unusable'
  // what the wanted engine of models is not: another one gives the same bits
  | 'engine-missing'
  | 'engine-unusable'
  // what a caller may not ask
  | 'arguments-malformed'
  | 'limits-malformed'
  // what is no statement about the program: try again, never treat it as a result
  | 'no-result-yet'
  | 'closed';

/**
 * The sandbox refuses a program, or has no result to give. A program that traps, exits with a code or writes too
 * much is no error: that is a defined outcome (see `outcome/failure.ts`).
 */
export class SandboxError extends Error {
  readonly code: SandboxErrorCode;
  /** Values that show the failure, e.g. the name of a forbidden import. */
  readonly evidence: Readonly<Record<string, string | number>>;

  constructor(
    code: SandboxErrorCode,
    message: string,
    evidence: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
    this.name = 'SandboxError';
    this.code = code;
    this.evidence = evidence;
  }
}
