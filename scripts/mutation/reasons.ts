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

/** Survivors that are no gap in the tests. `npm run mutate` says which of these no longer survive. */
export const REASONS: readonly Explained[] = [];
