import { createKernels, FIELD_PRIME, type WindowGeometry } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { element, elements, largest, modulo } from '../build/elements.ts';
import { Values } from '../build/values.ts';
import { geometries, windowsOf } from '../build/windows.ts';

const { memory, field, linear } = createKernels();

function fastDots(matrix: BigUint64Array, vector: BigUint64Array): bigint[] {
  return memory.temporarily(() => {
    const output = memory.allocate('field', matrix.length / vector.length);
    field.dots(field.put(matrix), field.put(vector), output);
    return [...memory.field(output)];
  });
}

function plainDots(matrix: BigUint64Array, vector: BigUint64Array): bigint[] {
  const [rows, columns] = [matrix.length / vector.length, vector.length];
  return Array.from({ length: rows }, (_, i) => {
    let sum = 0n;
    for (let n = 0; n < columns; n++) sum += matrix[i * columns + n]! * vector[n]!;
    return modulo(sum);
  });
}

describe('dots', () => {
  it('multiplies any two elements', () => {
    fc.assert(
      fc.property(element, element, (x, y) => {
        expect(fastDots(BigUint64Array.of(x), BigUint64Array.of(y))).toEqual([modulo(x * y)]);
      }),
      { numRuns: 1000 },
    );
  });

  it('sums products, row by row', () => {
    const values = new Values(4);
    for (const [rows, columns] of [
      [1, 1],
      [3, 17],
      [5, 900],
    ] as const) {
      const [matrix, vector] = [elements(values, rows * columns), elements(values, columns)];
      expect(fastDots(matrix, vector)).toEqual(plainDots(matrix, vector));
    }
    expect(fastDots(largest(9000), largest(9000))).toEqual(plainDots(largest(9000), largest(9000)));
  });
});

function fastWeights(w: Int8Array, r: BigUint64Array): bigint[] {
  return memory.temporarily(() => {
    const output = memory.allocate('field', w.length / r.length);
    field.weightTimes(memory.putInt8(w), field.put(r), output);
    return [...memory.field(output)];
  });
}

function plainWeights(w: Int8Array, r: BigUint64Array): bigint[] {
  return Array.from({ length: w.length / r.length }, (_, k) => {
    let sum = 0n;
    for (let n = 0; n < r.length; n++) sum += BigInt(w[k * r.length + n]!) * r[n]!;
    return modulo(sum);
  });
}

describe('weightTimes', () => {
  it('gives what whole numbers give, for every size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        (rows, columns, seed) => {
          const values = new Values(seed);
          const [w, r] = [values.int8(rows * columns), elements(values, columns)];
          expect(fastWeights(w, r)).toEqual(plainWeights(w, r));
        },
      ),
      { numRuns: 150 },
    );
  });

  // Sums are joined after 1,920 columns.
  it.each([1919, 1920, 1921, 4500])('loses nothing in %i columns at the ends of both ranges', (columns) => {
    for (const value of [-128, 127]) {
      const w = new Int8Array(2 * columns).fill(value);
      for (const r of [largest(columns), new BigUint64Array(columns).fill(0x1000_7fff_7fff_8000n)]) {
        expect(fastWeights(w, r)).toEqual(plainWeights(w, r));
      }
    }
  });
});

interface Fold {
  readonly geometry: WindowGeometry;
  readonly x: BigUint64Array;
  readonly w: BigUint64Array;
  readonly pad: bigint;
}

function fastFold({ geometry, x, w, pad }: Fold): bigint[] {
  return memory.temporarily(() => {
    const output = memory.allocate('field', windowsOf(geometry).length);
    field.foldConv({ input: field.put(x), weights: field.put(w), geometry, pad, output });
    return [...memory.field(output)];
  });
}

function plainFold({ geometry, x, w, pad }: Fold): bigint[] {
  const { channels, kernel } = geometry;
  return windowsOf(geometry).map((cells) => {
    let sum = 0n;
    for (const { ky, kx, at } of cells) {
      for (let c = 0; c < channels; c++) {
        sum += (at === null ? pad : x[at + c]!) * w[(ky * kernel.width + kx) * channels + c]!;
      }
    }
    return modulo(sum);
  });
}

const anyGeometry = geometries(fc.integer({ min: 1, max: 9 }), false);

describe('foldConv', () => {
  it('is a convolution with one output channel, in the field', () => {
    fc.assert(
      fc.property(anyGeometry, element, fc.nat(), (geometry, pad, seed) => {
        const values = new Values(seed);
        const x = elements(values, geometry.height * geometry.width * geometry.channels);
        const w = elements(values, geometry.kernel.height * geometry.kernel.width * geometry.channels);
        expect(fastFold({ geometry, x, w, pad })).toEqual(plainFold({ geometry, x, w, pad }));
      }),
      { numRuns: 150 },
    );
  });
});

describe('Freivalds’ check of a convolution', () => {
  const outputs = 5;
  const images = 3;

  /** Both sides of the check, position by position: accumulators times r, and inputs times W·r. */
  function sides(
    geometry: WindowGeometry,
    seed: number,
    change: number,
  ): { left: bigint[]; right: bigint[] } {
    const values = new Values(seed);
    const { height, width, channels, kernel } = geometry;
    const positions = windowsOf(geometry).length;
    const imageLength = height * width * channels;
    const weights = values.int8(kernel.height * kernel.width * channels * outputs);
    const padValue = values.between(-128, 127);
    return memory.temporarily(() => {
      const input = memory.putInt8(values.int8(images * imageLength));
      const sums = memory.allocate('int32', images * positions * outputs);
      const packed = linear.packConv(weights, geometry, outputs);
      linear.conv({ input, weights: packed, bias: null, output: sums, images, geometry, padValue });
      memory.int32(sums)[values.between(0, sums.length - 1)]! += change;
      const s = elements(values, images).map((value) => value || 1n);
      const r = elements(values, outputs).map((value) => value || 1n);
      const scalars = field.put(s);
      const combinedInput = field.cellSums(imageLength);
      const combinedSums = field.recordSums(positions * outputs, 2 ** 31);
      const projected = memory.allocate('field', weights.length / outputs);
      const [left, right] = [memory.allocate('field', positions), memory.allocate('field', positions)];
      combinedInput.add(input, scalars);
      const recordBytes = 4 * positions * outputs;
      const records = { ...sums, kind: 'int8' as const, length: images * recordBytes };
      const place = {
        records,
        rows: images,
        count: positions * outputs,
        recordBytes,
        offset: 0,
        bytes: 4,
      } as const;
      combinedSums.add(place, scalars);
      field.weightTimes(memory.putInt8(weights), field.put(r), projected);
      field.dots(combinedSums.total(), field.put(r), left);
      const pad = modulo(s.reduce((sum, value) => sum + value, 0n) * (BigInt(padValue) + FIELD_PRIME));
      field.foldConv({ input: combinedInput.total(), weights: projected, geometry, pad, output: right });
      return { left: [...memory.field(left)], right: [...memory.field(right)] };
    });
  }

  it('holds for what conv computes, at every position', () => {
    fc.assert(
      fc.property(anyGeometry, fc.nat(), (geometry, seed) => {
        const { left, right } = sides(geometry, seed, 0);
        expect(left).toEqual(right);
      }),
      { numRuns: 60 },
    );
  });

  it('fails at one position when one accumulator is off by one', () => {
    fc.assert(
      fc.property(anyGeometry, fc.nat(), (geometry, seed) => {
        const { left, right } = sides(geometry, seed, 1);
        expect(left.filter((value, i) => value !== right[i])).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });
});
