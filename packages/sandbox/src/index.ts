export { SandboxError, type SandboxErrorCode } from './errors.ts';
export type { ProgramLimits } from './limits.ts';
export {
  decodeFailure,
  encodeFailure,
  FAILURE_CODES,
  type Failure,
  type FailureKind,
} from './outcome/failure.ts';
export type { ChunkOutcome, Trace } from './outcome/outcome.ts';
export { SandboxPool } from './pool/pool.ts';
export { type Inspection, inspectProgram, PROFILE } from './program/inspect.ts';
export type { Program } from './program/program.ts';
