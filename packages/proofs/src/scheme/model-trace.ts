import {
  concatBytes,
  type Hash32,
  MODEL_PROFILE,
  taggedHash,
  text,
  u8,
  u32,
  variable,
} from '@prometheus-compute/protocol';
import { FAILURE_CODES, type ModelOutcome } from '@prometheus-compute/sandbox';
import { contentHash } from '../commitment/content-hash.ts';
import { withheldRows } from './withheld.ts';

/** Digest of a chunk's rows: profile, outcome (0 done, else the code of the failure), number of rows, then one hash a row. */
function rowsDigest(name: 'model-trace' | 'lock', outcome: ModelOutcome, hashes: readonly Hash32[]): Hash32 {
  const code = outcome.kind === 'failed' ? FAILURE_CODES[outcome.failure.kind] : 0;
  return taggedHash(
    name,
    text(MODEL_PROFILE),
    u8(code),
    u32(outcome.trace.rows),
    variable(concatBytes(...hashes)),
  );
}

/** The record of one row: the accumulators of its checked layers. */
function recordOf({ trace }: ModelOutcome, row: number): Uint8Array {
  const own = trace.own?.get(row);
  if (own !== undefined) return own;
  const bytes = trace.rows === 0 ? 0 : trace.records.length / trace.rows;
  return trace.records.subarray(row * bytes, (row + 1) * bytes);
}

/** τ_i = H("model-trace", …) over H("model-row", record) of every row: accumulators are committed to row by row. */
export function modelTraceCommitment(outcome: ModelOutcome): Hash32 {
  const hashes = Array.from({ length: outcome.trace.rows }, (_, row) =>
    contentHash('model-row', recordOf(outcome, row)),
  );
  return rowsDigest('model-trace', outcome, hashes);
}

/** D_i = H("lock", …) over H("lock-row", record) of the withheld rows. τ_i has other hashes of them, so it helps nobody to D_i. */
export function modelLockDigest(outcome: ModelOutcome, challenge: Hash32, chunk: number): Hash32 {
  const hashes = withheldRows(challenge, chunk, outcome.trace.rows).map((row) =>
    contentHash('lock-row', recordOf(outcome, row)),
  );
  return rowsDigest('lock', outcome, hashes);
}

/**
 * What W serves of an opened chunk: the records of all rows, with zeros in the place of those of the withheld ones. So who has
 * inferred these writes them where they belong, and nothing else has to be moved.
 */
export function openedRecords(outcome: ModelOutcome, challenge: Hash32, chunk: number): Uint8Array {
  const { rows, records } = outcome.trace;
  const shown = records.slice();
  const bytes = rows === 0 ? 0 : records.length / rows;
  for (const row of withheldRows(challenge, chunk, rows)) shown.fill(0, row * bytes, (row + 1) * bytes);
  return shown;
}
