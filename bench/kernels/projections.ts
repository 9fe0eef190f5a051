import { createKernels } from '@prometheus-compute/kernels';
import { someInt8 } from './products.ts';
import type { RatedWork } from './rate.ts';

const P = 2n ** 61n - 1n;
const ROWS = 100;
const COLUMNS = 8192;

/** What a check does with every value of a chunk instead of the products; units are values, or products in F_p. */
export function projectionWorks(): Readonly<Record<'int8' | 'int32' | 'record' | 'field', RatedWork>> {
  const { memory, field, records } = createKernels();
  const elements = (length: number) =>
    field.put(BigUint64Array.from({ length }, (_, i) => (BigInt(i + 1) * 0x9e3779b97f4a7c15n) % P));
  const scalars = elements(ROWS);
  const output = memory.allocate('field', COLUMNS);
  const values = ROWS * COLUMNS;
  const input8 = memory.putInt8(someInt8(values, 0x9e3779b1));
  const input32 = memory.putInt32(
    Int32Array.from({ length: values }, (_, i) => Math.imul(i, 0x85ebca6b) >> 8),
  );
  const bytes = memory.allocate('int8', 3 * values);
  const record = { recordBytes: 3 * COLUMNS, offset: 0, bytes: 3 } as const;
  const unpack = {
    accumulators: memory.allocate('int32', values),
    records: bytes,
    rows: ROWS,
    count: COLUMNS,
    ...record,
  };
  records.pack({ ...unpack, accumulators: input32 });
  const [matrix, vector, sums] = [elements(64 * 256), elements(256), memory.allocate('field', 64)];
  return {
    int8: { units: values, work: () => field.combine8({ input: input8, scalars, output }) },
    int32: {
      units: values,
      work: () => field.combine32({ input: input32, scalars, output, bound: 2 ** 23 }),
    },
    record: { units: values, work: () => records.unpack(unpack) },
    field: { units: 64 * 256, work: () => field.dots(matrix, vector, sums) },
  };
}
