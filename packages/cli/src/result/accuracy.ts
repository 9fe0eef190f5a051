import type { JobReport } from '../engine.ts';
import type { Labels } from '../job/load.ts';

/** How many records the result has right, by the labels. */
export interface Accuracy {
  readonly right: number;
  readonly records: number;
}

/**
 * Compares the result with the labels, batch by batch. A record is right when its chunk did not fail, the chunk has
 * one byte for each record, and the byte is the record's class.
 */
export function accuracyByBatch(
  report: Pick<JobReport, 'results' | 'outcomes'>,
  labels: Labels,
): readonly Accuracy[] {
  const { classes, recordsPerChunk } = labels;
  let record = 0;
  return report.results.map((chunks, batch) => {
    let right = 0;
    for (const [chunk, output] of chunks.entries()) {
      const usable = report.outcomes[batch]?.[chunk]?.kind === 'done' && output.length === recordsPerChunk;
      for (let place = 0; place < recordsPerChunk; place++) {
        if (usable && output[place] === classes[record + place]) right++;
      }
      record += recordsPerChunk;
    }
    return { right, records: chunks.length * recordsPerChunk };
  });
}

/** All batches together. */
export function totalAccuracy(batches: readonly Accuracy[]): Accuracy {
  return batches.reduce(
    (sum, { right, records }) => ({ right: sum.right + right, records: sum.records + records }),
    {
      right: 0,
      records: 0,
    },
  );
}
