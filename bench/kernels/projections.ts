import { createKernels } from '@prometheus-compute/kernels';
import { someInt8 } from './products.ts';
import type { RatedWork } from './rate.ts';

const P = 2n ** 61n - 1n;
const ROWS = 100;
const COLUMNS = 8192;

/** What a check does with every value of a chunk instead of the products; units are values, or products in F_p. */
export function projectionWorks(): Readonly<
  Record<'int8' | 'int32' | 'record' | 'rounding' | 'field', RatedWork>
> {
  const { memory, field, layers, records } = createKernels();
  const elements = (length: number) =>
    field.put(BigUint64Array.from({ length }, (_, i) => (BigInt(i + 1) * 0x9e3779b97f4a7c15n) % P));
  const scalars = elements(ROWS);
  const values = ROWS * COLUMNS;
  const input8 = memory.putInt8(someInt8(values, 0x9e3779b1));
  const cells = field.cellSums(COLUMNS);
  const ofBytes = (bytes: 3 | 4) => {
    const place = { rows: ROWS, count: COLUMNS, recordBytes: bytes * COLUMNS, offset: 0, bytes };
    const given = { ...place, records: memory.allocate('int8', bytes * values) };
    records.pack({ ...given, accumulators: input32 });
    return { given, accumulators: field.recordSums(COLUMNS, 2 ** (8 * bytes - 1)) };
  };
  const input32 = memory.putInt32(
    Int32Array.from({ length: values }, (_, i) => Math.imul(i, 0x85ebca6b) >> 8),
  );
  const [three, four] = [ofBytes(3), ofBytes(4)];
  const rounded = {
    output: memory.allocate('int8', values),
    multipliers: memory.putInt32(new Int32Array(64).fill(0x4567_89ab)),
    negative: null,
    rounding: { shift: 44, zeroPoint: 0 },
  };
  const [matrix, vector, sums] = [elements(64 * 256), elements(256), memory.allocate('field', 64)];
  return {
    int8: { units: values, work: () => cells.add(input8, scalars) },
    int32: { units: values, work: () => four.accumulators.add(four.given, scalars) },
    record: { units: values, work: () => three.accumulators.add(three.given, scalars) },
    rounding: {
      units: values,
      work: () => layers.requantiseRecords({ place: three.given, ...rounded }),
    },
    field: { units: 64 * 256, work: () => field.dots(matrix, vector, sums) },
  };
}
