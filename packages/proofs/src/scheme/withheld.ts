import { fixed, type Hash32, taggedHash, u32 } from '@prometheus-compute/protocol';
import { sampleChunks } from '../challenge/sample.ts';

/** One row of a hundred is withheld, at least one. */
const ROWS_PER_WITHHELD = 100;

/** |T|: how many of the rows of a chunk an opening withholds. */
export function withheldCount(rows: number): number {
  return Math.ceil(rows / ROWS_PER_WITHHELD);
}

/**
 * T: the rows of an opened chunk whose accumulators W keeps back, in ascending order. V infers them itself, which the share of
 * the verification lock asks for. The challenge draws them for each chunk by itself, so that each chunk has a share, and
 * one chunk is judged without knowing how many rows the others have.
 *
 * @param rows - of the chunk; none: a chunk that failed withholds nothing
 */
export function withheldRows(challenge: Hash32, chunk: number, rows: number): readonly number[] {
  if (rows === 0) return [];
  const drawn = taggedHash('freivalds-withheld', fixed(challenge), u32(chunk));
  return [...sampleChunks(drawn, rows, withheldCount(rows))].sort((a, b) => a - b);
}
