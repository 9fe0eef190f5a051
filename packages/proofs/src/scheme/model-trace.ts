import {
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

const HASH_BYTES = 32;

/**
 * Digest of rows of a chunk: profile, outcome (0 done, else the code of the failure), number of all rows, then one hash for each of these. A
 * chunk may have millions of rows, so their hashes are written where they are read.
 */
function rowsDigest(
  [name, rowName]: readonly ['model-trace', 'model-row'] | readonly ['lock', 'lock-row'],
  outcome: ModelOutcome,
  rows: { readonly length: number; readonly at: (place: number) => number },
): Hash32 {
  const code = outcome.kind === 'failed' ? FAILURE_CODES[outcome.failure.kind] : 0;
  const hashes = new Uint8Array(HASH_BYTES * rows.length);
  for (let place = 0; place < rows.length; place++)
    hashes.set(contentHash(rowName, recordOf(outcome, rows.at(place))), HASH_BYTES * place);
  return taggedHash(name, text(MODEL_PROFILE), u8(code), u32(outcome.trace.rows), variable(hashes));
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
  const rows = { length: outcome.trace.rows, at: (row: number) => row };
  return rowsDigest(['model-trace', 'model-row'], outcome, rows);
}

/** D_i = H("lock", …) over H("lock-row", record) of the withheld rows. τ_i has other hashes of them, so it helps nobody to D_i. */
export function modelLockDigest(outcome: ModelOutcome, challenge: Hash32, chunk: number): Hash32 {
  const withheld = withheldRows(challenge, chunk, outcome.trace.rows);
  const rows = { length: withheld.length, at: (place: number) => withheld[place]! };
  return rowsDigest(['lock', 'lock-row'], outcome, rows);
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
