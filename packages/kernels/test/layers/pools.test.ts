import { createKernels, type WindowGeometry } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rounded } from '../build/rounding.ts';
import { Values } from '../build/values.ts';
import { geometries, windowsOf } from '../build/windows.ts';

const { memory, layers } = createKernels();
const pooled = geometries(fc.integer({ min: 1, max: 35 }), true);

/** Values of one channel under a window, without added cells, for every image, window and channel. */
function under(geometry: WindowGeometry, x: Int8Array, images: number): number[][] {
  const { height, width, channels } = geometry;
  const result: number[][] = [];
  for (let image = 0; image < images; image++) {
    for (const cells of windowsOf(geometry)) {
      for (let c = 0; c < channels; c++) {
        const inside = cells.flatMap(({ at }) => (at === null ? [] : [at]));
        result.push(inside.map((at) => x[image * height * width * channels + at + c]!));
      }
    }
  }
  return result;
}

describe('maxPool', () => {
  it('gives the largest cell of the image under the window; padding never wins', () => {
    fc.assert(
      fc.property(pooled, fc.nat(), (geometry, seed) => {
        const images = 2;
        const x = new Values(seed).int8(images * geometry.height * geometry.width * geometry.channels);
        const expected = under(geometry, x, images).map((values) => Math.max(...values));
        memory.temporarily(() => {
          const output = memory.allocate('int8', expected.length);
          layers.maxPool({ input: memory.putInt8(x), output, images, geometry });
          expect([...memory.int8(output)]).toEqual(expected);
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('averagePool', () => {
  it('rounds the sum with the multiplier of the number of counted cells', () => {
    fc.assert(
      fc.property(pooled, fc.nat(), fc.boolean(), (geometry, seed, countPadding) => {
        const values = new Values(seed);
        const images = 2;
        const x = values.int8(images * geometry.height * geometry.width * geometry.channels);
        const cells = geometry.kernel.height * geometry.kernel.width;
        const multipliers = Int32Array.from({ length: cells }, () => values.next() >>> values.between(1, 20));
        const rounding = { shift: values.between(1, 62), zeroPoint: values.between(-128, 127) };
        const inputZeroPoint = values.between(-128, 127);
        const expected = under(geometry, x, images).map((inside) => {
          const sum = inside.reduce((total, value) => total + value - inputZeroPoint, 0);
          const m = multipliers[(countPadding ? cells : inside.length) - 1]!;
          return rounded(BigInt(sum) * BigInt(m), rounding);
        });
        memory.temporarily(() => {
          const output = memory.allocate('int8', expected.length);
          layers.averagePool({
            ...{ input: memory.putInt8(x), output, images, geometry, inputZeroPoint, countPadding, rounding },
            multipliers: memory.putInt32(multipliers),
          });
          expect([...memory.int8(output)]).toEqual(expected);
        });
      }),
      { numRuns: 150 },
    );
  });
});
