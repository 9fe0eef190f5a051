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

/** The same by kernels, in `parts` parts of the rows. */
function fast(a: Rows, s: BigUint64Array, columns: number, parts = 1, bound?: number): bigint[] {
  return memory.temporarily(() => {
    const output = memory.allocate('field', columns);
    const size = Math.ceil(s.length / parts);
    for (let from = 0; from < s.length; from += size) {
      const scalars = field.put(s.slice(from, from + size));
      const accumulate = from > 0;
      const rows = a.slice(from * columns, (from + size) * columns);
      if (rows instanceof Int8Array) {
        field.combine8({
          input: memory.putInt8(rows),
          scalars,
          output,
          accumulate,
          ...(bound === undefined ? {} : { bound }),
        });
      } else {
        field.combine32({
          input: memory.putInt32(rows),
          scalars,
          output,
          accumulate,
          ...(bound === undefined ? {} : { bound }),
        });
      }
    }
    return [...memory.field(output)];
  });
}

const KINDS = [
  {
    kind: 'combine8',
    values: (v: Values, length: number): Rows => v.int8(length),
    least: -128,
    most: 127,
    array: Int8Array,
  },
  {
    kind: 'combine32',
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

  // Sums are folded after 480 rows of int8 and 1,024 of int32; rows come in groups of 32.
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

describe('combine32 of values within a bound', () => {
  // From 2^26 on there is no room for limbs of 31 bits and 32 rows; sums are folded after 2^31 / bound rows, at most 1,024.
  const BOUNDS = [0, 1, 127, 2 ** 21, 2 ** 21 + 1, 2 ** 23, 2 ** 25, 2 ** 26, 2 ** 26 + 1, 2 ** 31];

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
});

describe('field elements', () => {
  it('are refused unless they are below p, also in memory that was never filled', () => {
    const code = { code: 'not-reduced' };
    expect(() => field.put(BigUint64Array.of(0n, 2n ** 61n - 1n))).toThrow(expect.objectContaining(code));
    memory.temporarily(() => {
      const input = memory.putInt8(new Int8Array(4).fill(-1));
      const scalars = { ...memory.allocate('int8', 8), kind: 'field' as const, length: 1 };
      memory.bytes({ ...scalars, kind: 'int8', length: 8 }).fill(255);
      const output = memory.allocate('field', 4);
      expect(() => field.combine8({ input, scalars, output })).toThrow(KernelError);
    });
  });
});
