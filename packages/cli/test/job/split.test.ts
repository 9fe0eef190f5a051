import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitInput } from '../../src/job/split.ts';

const shape = (batches: number, chunksPerBatch: number, recordsPerChunk: number) => ({
  file: 'data',
  gzip: false,
  batches,
  chunksPerBatch,
  recordsPerChunk,
});
const records = (headerBytes: number, recordBytes: number) =>
  ({ kind: 'records', headerBytes, recordBytes }) as const;

describe('splitInput', () => {
  it('cuts records after the header, batch by batch, without loss', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        (batches, chunks, perChunk, header, size) => {
          const data = Uint8Array.from(
            { length: header + batches * chunks * perChunk * size },
            (_, i) => i % 251,
          );
          const cut = splitInput(
            data,
            { ...shape(batches, chunks, perChunk), layout: records(header, size) },
            '',
          );
          expect(cut.map((batch) => batch.length)).toEqual(Array(batches).fill(chunks));
          for (const chunk of cut.flat()) expect(chunk).toHaveLength(perChunk * size);
          expect(Buffer.concat(cut.flat())).toEqual(Buffer.from(data.subarray(header)));
        },
      ),
    );
  });

  it('keeps line feeds with their lines, and a last line without one', () => {
    const data = Buffer.from('one\n\nthree');
    const cut = splitInput(data, { ...shape(1, 3, 1), layout: { kind: 'lines' } }, '');
    expect(cut[0]!.map((chunk) => Buffer.from(chunk).toString())).toEqual(['one\n', '\n', 'three']);
  });

  it('uses the first records when the file has more', () => {
    const cut = splitInput(Uint8Array.of(9, 1, 2, 3, 4), { ...shape(1, 1, 2), layout: records(1, 1) }, '');
    expect(cut).toEqual([[Uint8Array.of(1, 2)]]);
  });

  it.each([
    ['a record cut off', 11, records(1, 4)],
    ['a header longer than the file', 3, records(4, 1)],
    ['too few records', 4, records(0, 4)],
  ])('input-wrong: %s', (_, length, layout) => {
    expect(() => splitInput(new Uint8Array(length), { ...shape(1, 2, 1), layout }, 'job.yaml:7: ')).toThrow(
      expect.objectContaining({ code: 'input-wrong', message: expect.stringMatching(/^job\.yaml:7: /) }),
    );
  });

  it('input-wrong: too few lines', () => {
    expect(() =>
      splitInput(Buffer.from('a\nb\n'), { ...shape(1, 3, 1), layout: { kind: 'lines' } }, ''),
    ).toThrow('1 batches of 3 chunks of 1 lines are 3 lines, but data has 2.');
  });
});
