/** Mutants that survive, and why no test can or should notice them. */
export interface Explained {
  /** Path from packages/protocol/src. */
  readonly file: string;
  /** The code that is changed. */
  readonly original: string;
  /** What it is changed into. */
  readonly replacements: readonly string[];
  readonly reason: string;
}

/** Of a cache. */
export const MEMORY =
  'only remembers what follows from the object anyway: without it the same is computed again';

/** Of the last branch of a switch. */
export const UNREACHABLE = 'the type system proves that this branch is never taken';
