import { CliError } from '../errors/cli-error.ts';
import type { JobFile } from './schema.ts';

const NEWLINE = 0x0a;

/**
 * Cuts the input into batches of chunks, each a run of whole records.
 * @param data - the whole input file, decompressed
 * @param position - stands before a message: `job.yaml:7: `
 * @returns per batch, per chunk: the bytes that the program gets on standard input
 * @throws CliError `input-wrong` when the layout does not fit the file
 */
export function splitInput(data: Uint8Array, input: JobFile['input'], position: string): Uint8Array[][] {
  const ends =
    input.layout.kind === 'records' ? recordEnds(data, input.layout, input.file, position) : lineEnds(data);
  const needed = input.batches * input.chunksPerBatch * input.recordsPerChunk;
  const available = ends.length - 1;
  if (needed > available) {
    const unit = input.layout.kind === 'records' ? 'records' : 'lines';
    throw new CliError(
      'input-wrong',
      `${position}${input.batches} batches of ${input.chunksPerBatch} chunks of ${input.recordsPerChunk} ${unit} are ${needed} ${unit}, but ${input.file} has ${available}.`,
      {
        remedy:
          'Lower `input.batches`, `input.chunksPerBatch` or `input.recordsPerChunk`, or give a larger file.',
      },
    );
  }
  let record = 0;
  const chunk = (): Uint8Array => {
    const start = ends[record]!;
    record += input.recordsPerChunk;
    return data.slice(start, ends[record]!);
  };
  return Array.from({ length: input.batches }, () => Array.from({ length: input.chunksPerBatch }, chunk));
}

/** Offsets: the start of the first record, then the end of each. */
function recordEnds(
  data: Uint8Array,
  layout: { readonly headerBytes: number; readonly recordBytes: number },
  file: string,
  position: string,
): number[] {
  const body = data.length - layout.headerBytes;
  if (body < 0 || body % layout.recordBytes !== 0) {
    throw new CliError(
      'input-wrong',
      `${position}${file} has ${data.length} bytes; after a header of ${layout.headerBytes} that is not a whole number of records of ${layout.recordBytes} bytes.`,
      {
        remedy:
          'Correct `headerBytes`, `recordBytes` or `gzip` under `input`, or check that the file is complete.',
      },
    );
  }
  return Array.from(
    { length: body / layout.recordBytes + 1 },
    (_, i) => layout.headerBytes + i * layout.recordBytes,
  );
}

function lineEnds(data: Uint8Array): number[] {
  const ends = [0];
  for (let offset = 0; offset < data.length; offset++) if (data[offset] === NEWLINE) ends.push(offset + 1);
  if (ends.at(-1) !== data.length) ends.push(data.length);
  return ends;
}
