import { createKernels } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rounded } from '../build/rounding.ts';
import { Values } from '../build/values.ts';

const { memory, layers } = createKernels();
const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

const value = fc.oneof(fc.integer({ min: LEAST, max: MOST }), fc.constantFrom(LEAST, MOST, -1, 0, 1));
const multiplier = fc.oneof(fc.integer({ min: 0, max: MOST }), fc.constantFrom(0, 1, MOST));

interface Case {
  readonly x: readonly number[];
  readonly multipliers: readonly number[];
  readonly negative: readonly number[] | null;
  readonly rounding: { shift: number; zeroPoint: number; low: number; high: number };
}

const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 11 }), fc.constantFrom(16, 17, 20, 35)),
    fc.integer({ min: 1, max: 4 }),
  )
  .chain(([channels, rows]) => {
    const perChannel = fc.array(multiplier, { minLength: channels, maxLength: channels });
    return fc.record({
      x: fc.array(value, { minLength: rows * channels, maxLength: rows * channels }),
      multipliers: perChannel,
      negative: fc.option(perChannel, { nil: null }),
      rounding: fc.record({
        shift: fc.integer({ min: 1, max: 62 }),
        zeroPoint: fc.integer({ min: -128, max: 127 }),
        low: fc.integer({ min: -128, max: 0 }),
        high: fc.integer({ min: 0, max: 127 }),
      }),
    });
  });

function fast({ x, multipliers, negative, rounding }: Case): number[] {
  return memory.temporarily(() => {
    const output = memory.allocate('int8', x.length);
    layers.requantise({
      input: memory.putInt32(Int32Array.from(x)),
      output,
      multipliers: memory.putInt32(Int32Array.from(multipliers)),
      negative: negative === null ? null : memory.putInt32(Int32Array.from(negative)),
      rows: x.length / multipliers.length,
      rounding,
    });
    return [...memory.int8(output)];
  });
}

function plain({ x, multipliers, negative, rounding }: Case): number[] {
  return x.map((v, i) => {
    const c = i % multipliers.length;
    const m = v < 0 && negative !== null ? negative[c]! : multipliers[c]!;
    return rounded(BigInt(v) * BigInt(m), rounding);
  });
}

describe('requantise', () => {
  it('gives what 64-bit arithmetic gives, for every shift, sign and channel', () => {
    fc.assert(
      fc.property(cases, (given) => {
        expect(fast(given)).toEqual(plain(given));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([1, 2, 31, 32, 33, 34, 61])('rounds a half up, whatever its sign (shift %i)', (shift) => {
    // Halves: x · 2^(shift − 1) / 2^shift.
    // Eighteen channels: sixteen at a time, then one by one.
    const factor = 2 ** Math.min(shift - 1, 30);
    const multipliers = new Array<number>(18).fill(factor);
    const halves = [1, -1, 3, -3, 2, -2].map((value) => value * (2 ** (shift - 1) / factor));
    const x = [...halves, ...halves, ...halves].map((value) => Math.max(LEAST, Math.min(MOST, value)));
    const rounding = { shift, zeroPoint: 3, low: -128, high: 127 };
    const given = { x, multipliers, negative: null, rounding };
    expect(fast(given)).toEqual(plain(given));
    if (shift < 60) expect(fast(given).slice(12)).toEqual([4, 3, 5, 2, 4, 2]);
  });

  it('does the same with accumulators that are in records, of some positions with these channels', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3, 4),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 3, 16, 18, 64, 513),
        fc.constantFrom(20, 32, 33, 40, 44, 61),
        fc.boolean(),
        fc.nat(),
        (bytes, positions, channels, shift, hasNegative, seed) => {
          const values = new Values(seed);
          const [rows, offset, columns] = [3, 5, positions * channels];
          const recordBytes = offset + bytes * columns + 1;
          const x = [...values.int32(rows * columns)].map((v) => v >> (32 - 8 * bytes));
          const factors = () => values.int32(channels).map((v) => v & (2 ** 31 - 1));
          const [multipliers, negative] = [factors(), hasNegative ? factors() : null];
          const rounding = { shift, zeroPoint: -7, low: -100, high: 90 };
          memory.temporarily(() => {
            const records = memory.putInt8(new Int8Array(rows * recordBytes).fill(0x55));
            const place = { records, rows, count: columns, recordBytes, offset, bytes: bytes as 2 | 3 | 4 };
            const view = Buffer.from(memory.bytes(records).buffer, records.address, records.length);
            for (const [i, v] of x.entries()) {
              const row = Math.floor(i / columns);
              view.writeIntLE(v, row * recordBytes + offset + (i % columns) * bytes, bytes);
            }
            const output = memory.allocate('int8', rows * columns);
            const given = { output, multipliers: memory.putInt32(multipliers), rounding };
            const below = negative === null ? null : memory.putInt32(negative);
            layers.requantiseRecords({ place, ...given, negative: below });
            const right = plain({
              ...{ x, rounding, multipliers: [...multipliers] },
              negative: negative === null ? null : [...negative],
            });
            expect([...memory.int8(output)]).toEqual(right);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('refuses records of no whole number of positions, and multipliers below 0', () => {
    const records = memory.putInt8(new Int8Array(40));
    const place = { records, rows: 1, count: 10, recordBytes: 40, offset: 0, bytes: 4 as const };
    const output = memory.allocate('int8', 10);
    const rounding = { shift: 40, zeroPoint: 0 };
    for (const multipliers of [Int32Array.of(1, 2, 3), Int32Array.of(1, -2)]) {
      const given = { multipliers: memory.putInt32(multipliers), negative: null, output, rounding };
      expect(() => layers.requantiseRecords({ place, ...given })).toThrow(
        expect.objectContaining({ code: 'value-out-of-range' }),
      );
    }
  });
});
