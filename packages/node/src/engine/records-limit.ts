import type { LoadedModel } from '@prometheus-compute/sandbox';
import type { TermsLimits } from './tasks/context.ts';

/** Bytes of the row records of a batch: what W stores of it, and V fetches. Rows that are no whole ones count, too. */
export function recordsOf(
  { inputBytes, rowTraceBytes }: Pick<LoadedModel, 'inputBytes' | 'rowTraceBytes'>,
  sizes: readonly number[],
): number {
  return sizes.reduce((sum, size) => sum + Math.ceil(size / inputBytes), 0) * rowTraceBytes;
}

/** Why these row records are more than a node's policy allows: a few bytes of input may have any number. */
export function excessOfRecords(records: number, { recordsBytes }: TermsLimits): string | undefined {
  if (records <= recordsBytes) return undefined;
  return `the row records of the batch have ${records} bytes, more than the ${recordsBytes} that are kept`;
}
