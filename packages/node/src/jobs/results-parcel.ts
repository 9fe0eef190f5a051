import { decodeCanonical, encodeCanonical } from '@prometheus-compute/protocol';
import { z } from 'zod';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { JobError } from './errors.ts';
import type { JobReport } from './specification.ts';

/** Bytes of the results of a job with everything that is reported about it. */
export const MAX_RESULTS_BYTES = 1_024 * 1_048_576;

const bytes = z.instanceof(Uint8Array);
const resultsSchema = z.strictObject({
  format: z.literal('prometheus/job-results/1'),
  report: bytes,
  results: z.array(z.array(bytes)),
  ceremonies: z.array(bytes),
});

/** What is looked at here of the report. */
const reportSchema = z.looseObject({
  ceremonies: z.array(z.strictObject({ batch: z.int(), attempt: z.int(), complete: z.boolean() })),
});

/** The report of a job with its results, as a daemon hands it out: canonical dag-cbor around a snapshot. */
export function encodeResults(report: JobReport): Uint8Array {
  const { results, ceremonies, ...rest } = report;
  const draws = ceremonies.map(({ batch, attempt, complete }) => ({ batch, attempt, complete }));
  return encodeCanonical({
    format: 'prometheus/job-results/1',
    report: encodeSnapshot({ ...rest, ceremonies: draws }),
    results,
    ceremonies: ceremonies.map(({ file }) => file),
  });
}

/**
 * What a daemon of the same user and version has written: the form of the report itself is not checked again.
 *
 * @throws EncodingError; JobError `parcel-malformed`
 */
export function decodeResults(encoded: Uint8Array): JobReport {
  const parsed = resultsSchema.safeParse(decodeCanonical(encoded, MAX_RESULTS_BYTES));
  if (!parsed.success) throw new JobError('parcel-malformed', 'this is no result of a job');
  const { report, results, ceremonies } = parsed.data;
  const facts = reportSchema.safeParse(decodeSnapshot(report));
  if (!facts.success || facts.data.ceremonies.length !== ceremonies.length)
    throw new JobError('parcel-malformed', 'this result of a job has no report');
  const { ceremonies: draws, ...rest } = facts.data as unknown as Omit<JobReport, 'results'>;
  return { ...rest, results, ceremonies: draws.map((draw, i) => ({ ...draw, file: ceremonies[i]! })) };
}
