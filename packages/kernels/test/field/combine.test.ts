import { createKernels, KernelError } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elements, largest, modulo } from '../build/elements.ts';
import { Values } from '../build/values.ts';

const { memory, field } = createKernels();

type Rows = Int8Array | Int32Array;

/** The definition: Σ_r s[r] · a[r][l] mod p. */
function plain(a: Rows, s: BigUint64Array, columns: number): bigint[] {
  return Array.from({ length: columns }, (_, l) => {
    let sum = 0n;
    for (let r = 0; r < s.length; r++) sum += s[r]! * BigInt(a[r * columns + l]!);
    return modulo(sum);
  });
}

/** The same by kernels, in `parts` parts of the rows; accumulators in records of 4 bytes each. */
function fast(a: Rows, s: BigUint64Array, columns: number, parts = 1, bound = 2 ** 31): bigint[] {
  return memory.temporarily(() => {
    const size = Math.ceil(s.length / parts);
    const cells = a instanceof Int8Array ? field.cellSums(columns) : undefined;
    const accumulators = field.recordSums(columns, bound);
    for (let from = 0; from < s.length; from += size) {
      const scalars = field.put(s.slice(from, from + size));
      const rows = a.slice(from * columns, (from + size) * columns);
      const records = memory.putInt8(new Uint8Array(rows.buffer));
      const place = { records, rows: scalars.length, count: columns, recordBytes: 4 * columns, offset: 0 };
      if (cells === undefined) expect(accumulators.add({ ...place, bytes: 4 }, scalars)).toBe(true);
      else cells.add(records, scalars);
    }
    return [...memory.field((cells ?? accumulators).total())];
  });
}

const KINDS = [
  {
    kind: 'cellSums',
    values: (v: Values, length: number): Rows => v.int8(length),
    least: -128,
    most: 127,
    array: Int8Array,
  },
  {
    kind: 'recordSums',
    values: (v: Values, length: number): Rows => v.int32(length),
    least: -(2 ** 31),
    most: 2 ** 31 - 1,
    array: Int32Array,
  },
];

describe.each(KINDS)('$kind', ({ values: draw, least, most, array }) => {
  it('gives what whole numbers give, for every number of rows and columns', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (rows, columns, seed) => {
          const values = new Values(seed);
          const a = draw(values, rows * columns);
          const s = elements(values, rows);
          expect(fast(a, s, columns)).toEqual(plain(a, s, columns));
        },
      ),
      { numRuns: 150 },
    );
  });

  // Sums of cells are folded after 480 rows, which come in groups of 32.
  it.each([479, 480, 481, 960, 1023, 1024, 1025, 2049, 4001])(
    'loses nothing in %i rows at the ends of both ranges',
    (rows) => {
      for (const value of [least, most]) {
        const a = new array(rows * 3).fill(value);
        expect(fast(a, largest(rows), 3)).toEqual(plain(a, largest(rows), 3));
        // The digit −32768 in every place, which is larger than any other.
        const s = new BigUint64Array(rows).fill(0x1000_7fff_7fff_8000n);
        expect(fast(a, s, 3)).toEqual(plain(a, s, 3));
      }
    },
  );

  it('gives it in strips of columns, and in parts of rows', () => {
    const values = new Values(8);
    const [rows, columns] = [67, 1541];
    const a = draw(values, rows * columns);
    const s = elements(values, rows);
    const expected = plain(a, s, columns);
    expect(fast(a, s, columns)).toEqual(expected);
    expect(fast(a, s, columns, 4)).toEqual(expected);
  });
});

describe('recordSums of values within a bound', () => {
  // A value is a pair of int16 below 2^27, and the larger it is, the fewer rows fit into 32 bits.
  const BOUNDS = [0, 1, 127, 4095, 4096, 2 ** 21, 2 ** 23 + 1, 2 ** 26, 2 ** 27 - 1, 2 ** 27, 2 ** 31];

  it.each(BOUNDS)('loses nothing at both ends of %i', (bound) => {
    for (const rows of [1, 32, 33, 64, 65, 256, 257, 1025]) {
      for (const value of [-bound, Math.min(bound, 2 ** 31 - 1)]) {
        const a = new Int32Array(rows * 9).fill(value);
        expect(fast(a, largest(rows), 9, 1, bound)).toEqual(plain(a, largest(rows), 9));
        // The largest lower limb, and no upper one.
        const s = new BigUint64Array(rows).fill(2n ** 31n - 1n);
        expect(fast(a, s, 9, 1, bound)).toEqual(plain(a, s, 9));
      }
    }
  });

  it('gives what whole numbers give, for every number of rows and columns', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 140 }),
        fc.constantFrom(...BOUNDS),
        fc.nat(),
        (rows, columns, bound, seed) => {
          const values = new Values(seed);
          const a = values
            .int32(rows * columns)
            .map((value) => (bound === 2 ** 31 ? value : value % (bound + 1)));
          const s = elements(values, rows);
          expect(fast(a, s, columns, 2, bound)).toEqual(plain(a, s, columns));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes no bound beyond int32', () => {
    for (const bound of [-1, 0.5, 2 ** 31 + 1, Number.NaN]) {
      expect(() => fast(new Int32Array(4), largest(2), 2, 1, bound)).toThrow(
        expect.objectContaining({ code: 'value-out-of-range' }),
      );
    }
  });

  it('says whether a value is larger, on either side, at any place of a row', () => {
    for (const columns of [1, 4, 7, 8, 9, 21]) {
      for (const [value, isWithin] of [
        [1000, true],
        [-1000, true],
        [1001, false],
        [-1001, false],
      ] as const) {
        for (let at = 0; at < columns; at++) {
          const rows = new Int32Array(2 * columns);
          rows[columns + at] = value;
          memory.temporarily(() => {
            const records = memory.putInt8(new Uint8Array(rows.buffer));
            // What follows the last row is of no layer.
            memory.putInt32(new Int32Array(16).fill(5000));
            const place = {
              records,
              rows: 2,
              count: columns,
              recordBytes: 4 * columns,
              offset: 0,
              bytes: 4,
            } as const;
            const sums = field.recordSums(columns, 1000);
            expect(sums.add(place, field.put(largest(2)))).toBe(isWithin);
          });
        }
      }
    }
  });

  it.each([2, 3, 4] as const)(
    'reads records of %i bytes a value, wherever a layer stands in them',
    (bytes) => {
      const values = new Values(bytes);
      for (const columns of [1, 5, 8, 13, 40]) {
        const [rows, offset] = [37, 3];
        const recordBytes = offset + bytes * columns + 2;
        const given = values.int32(rows * columns).map((value) => value >> (32 - 8 * bytes));
        const s = elements(values, rows);
        memory.temporarily(() => {
          const records = memory.allocate('int8', rows * recordBytes);
          const view = Buffer.from(memory.bytes(records).buffer, records.address, records.length);
          view.fill(0x77);
          for (const [i, value] of given.entries()) {
            const row = Math.floor(i / columns);
            view.writeIntLE(value, row * recordBytes + offset + (i % columns) * bytes, bytes);
          }
          const sums = field.recordSums(columns, 2 ** (8 * bytes - 1));
          sums.add({ records, rows, count: columns, recordBytes, offset, bytes }, field.put(s));
          expect([...memory.field(sums.total())]).toEqual(plain(given, s, columns));
        });
      }
    },
  );
});

describe('recordSums of values that only 4 bytes hold', () => {
  it('takes no records of fewer: it would read what stands behind each value', () => {
    const records = memory.putInt8(new Int8Array(24).fill(1));
    for (const bytes of [2, 3] as const) {
      const place = { records, rows: 1, count: 8, recordBytes: 24, offset: 0, bytes };
      const sums = field.recordSums(8, 2 ** 27);
      expect(() => sums.add(place, field.put(largest(1)))).toThrow(
        expect.objectContaining({ code: 'value-out-of-range' }),
      );
    }
  });

  it('loses nothing in more rows than a sum of 64 bits holds', () => {
    // 4096 times the scalar has the digits −32768: 2^17 such rows make 2^30·2^16·2^17 = 2^63.
    const digits = 0x1000_7fff_7fff_8000n;
    const scalar = ((digits >> 12n) | (digits << 49n)) & (2n ** 61n - 1n);
    for (const [bound, value] of [
      [2 ** 27 - 1, -(2 ** 27 - 1)],
      [2 ** 27 - 1, 2 ** 27 - 1],
      [2 ** 31, -(2 ** 31)],
    ] as const) {
      memory.temporarily(() => {
        const sums = field.recordSums(1, bound);
        for (const rows of [2 ** 15, 2 ** 15, 2 ** 15, 2 ** 15, 1]) {
          memory.temporarily(() => {
            const records = memory.putInt8(new Uint8Array(new Int32Array(rows).fill(value).buffer));
            const place = { records, rows, count: 1, recordBytes: 4, offset: 0, bytes: 4 } as const;
            expect(sums.add(place, field.put(new BigUint64Array(rows).fill(scalar)))).toBe(true);
          });
        }
        expect(memory.field(sums.total())[0]).toBe(modulo(131_073n * scalar * BigInt(value)));
      });
    }
  });
});

describe('field elements', () => {
  it('are refused unless they are below p, also in memory that was never filled', () => {
    const code = { code: 'not-reduced' };
    expect(() => field.put(BigUint64Array.of(0n, 2n ** 61n - 1n))).toThrow(expect.objectContaining(code));
    memory.temporarily(() => {
      const input = memory.putInt8(new Int8Array(4).fill(-1));
      const scalars = { ...memory.allocate('int8', 8), kind: 'field' as const, length: 1 };
      memory.bytes({ ...scalars, kind: 'int8', length: 8 }).fill(255);
      expect(() => field.cellSums(4).add(input, scalars)).toThrow(KernelError);
    });
  });
});
