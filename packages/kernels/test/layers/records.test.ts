import { createKernels } from '@prometheus-compute/kernels';
import { describe, expect, it } from 'vitest';
import { Values } from '../build/values.ts';

const { memory, records } = createKernels();
const COUNTS = [1, 3, 4, 5, 6, 7, 8, 9, 16, 21];

describe('records', () => {
  it.each([2, 3, 4] as const)('hold accumulators in %i bytes and give them back', (bytes) => {
    const values = new Values(bytes);
    const bits = 8 * bytes;
    for (const count of COUNTS) {
      const [rows, offset, after] = [3, 5, 2];
      const recordBytes = offset + count * bytes + after;
      const given = values.int32(rows * count).map((value) => value >> (32 - bits));
      const expected = Buffer.alloc(rows * recordBytes, 0xaa);
      given.forEach((value, i) => {
        const at = Math.floor(i / count) * recordBytes + offset + (i % count) * bytes;
        expected.writeIntLE(value, at, bytes);
      });
      memory.temporarily(() => {
        const block = memory.allocate('int8', rows * recordBytes);
        memory.bytes(block).fill(0xaa);
        const accumulators = memory.putInt32(given);
        const layer = { records: block, rows, count, recordBytes, offset, bytes };
        records.pack({ ...layer, accumulators });
        expect(Buffer.from(memory.bytes(block))).toEqual(expected);
        const back = memory.allocate('int32', rows * count);
        const extremes = records.unpack({ ...layer, accumulators: back });
        expect(extremes).toEqual({ low: Math.min(...given), high: Math.max(...given) });
        expect(memory.int32(back)).toEqual(given);
      });
    }
  });
});
