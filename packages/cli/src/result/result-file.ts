import { createHash } from 'node:crypto';
import { concatBytes, toHex } from '@prometheus-compute/protocol';
import type { JobReport } from '../engine.ts';

/** Where one chunk's result lies in the result file. */
export interface ResultChunk {
  readonly batch: number;
  /** Index in its batch, from 0, as the contract numbers it. */
  readonly chunk: number;
  readonly offset: number;
  readonly bytes: number;
  /** Why it failed, in a few words; absent when it is done. A failed chunk has no bytes. */
  readonly failure?: string;
}

/** The result of a job as one file. */
export interface ResultFile {
  readonly contents: Uint8Array;
  readonly sha256: string;
  readonly chunks: readonly ResultChunk[];
}

/** Joins the results of all chunks in their order; failed ones contribute nothing. */
export function joinResults(report: Pick<JobReport, 'results' | 'outcomes' | 'batches'>): ResultFile {
  const parts: Uint8Array[] = [];
  const chunks: ResultChunk[] = [];
  let offset = 0;
  for (const [index, results] of report.results.entries()) {
    const batch = report.batches[index]?.batch ?? index + 1;
    for (const [chunk, output] of results.entries()) {
      const outcome = report.outcomes[index]?.[chunk];
      if (outcome?.kind === 'failed') {
        chunks.push({ batch, chunk, offset, bytes: 0, failure: outcome.reason });
      } else {
        chunks.push({ batch, chunk, offset, bytes: output.length });
        parts.push(output);
        offset += output.length;
      }
    }
  }
  const contents = concatBytes(...parts);
  return { contents, sha256: toHex(createHash('sha256').update(contents).digest()), chunks };
}
