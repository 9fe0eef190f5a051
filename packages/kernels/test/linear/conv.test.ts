import { createKernels, KernelError, type WindowGeometry } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Values } from '../build/values.ts';
import { geometries, windowsOf } from '../build/windows.ts';

interface Convolution {
  readonly geometry: WindowGeometry;
  readonly groups: number;
  readonly outputs: number;
  readonly images: number;
  readonly padValue: number;
  readonly x: Int8Array;
  readonly w: Int8Array;
  readonly bias: Int32Array | null;
}

/** The definition of a convolution, modulo 2^32. */
function plain({ geometry, groups, outputs, images, padValue, x, w, bias }: Convolution): Int32Array {
  const { height, width, channels, kernel } = geometry;
  const own = channels / groups;
  const result: number[] = [];
  for (let image = 0; image < images; image++) {
    const start = image * height * width * channels;
    for (const cells of windowsOf(geometry)) {
      for (let n = 0; n < outputs; n++) {
        const first = Math.floor(n / (outputs / groups)) * own;
        let sum = bias === null ? 0 : bias[n]!;
        for (const { ky, kx, at } of cells) {
          for (let c = 0; c < own; c++) {
            const value = at === null ? padValue : x[start + at + first + c]!;
            sum = (sum + value * w[((ky * kernel.width + kx) * own + c) * outputs + n]!) | 0;
          }
        }
        result.push(sum);
      }
    }
  }
  return Int32Array.from(result);
}

const { memory, linear } = createKernels();

function fast({ geometry, groups, outputs, images, padValue, x, w, bias }: Convolution): Int32Array {
  return memory.temporarily(() => {
    const weights = linear.packConv(w, geometry, outputs, groups);
    const input = memory.putInt8(x);
    const biasBlock = bias === null ? null : memory.putInt32(bias);
    const output = memory.allocate('int32', images * windowsOf(geometry).length * outputs);
    linear.conv({ input, weights, bias: biasBlock, output, images, geometry, padValue });
    return memory.int32(output).slice();
  });
}

function convolution(geometry: WindowGeometry, groups: number, perGroup: number, seed: number): Convolution {
  const values = new Values(seed);
  const { height, width, channels, kernel } = geometry;
  const images = values.between(1, 3);
  const outputs = groups * perGroup;
  return {
    ...{ geometry, groups, outputs, images },
    padValue: values.between(-128, 127),
    x: values.int8(images * height * width * channels),
    w: values.int8(kernel.height * kernel.width * (channels / groups) * outputs),
    bias: values.next() % 2 === 0 ? null : values.int32(outputs),
  };
}

describe('conv', () => {
  const sizes = { min: 1, max: 18 };
  it('gives what the definition gives for every kernel, stride and padding', () => {
    fc.assert(
      fc.property(
        geometries(fc.integer(sizes), false),
        fc.integer(sizes),
        fc.nat(),
        (geometry, outputs, seed) => {
          const given = convolution(geometry, 1, outputs, seed);
          expect(fast(given)).toEqual(plain(given));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives it for one to three channels, with padding and without', () => {
    fc.assert(
      fc.property(
        geometries(fc.integer({ min: 1, max: 3 }), false),
        fc.integer({ min: 12, max: 30 }),
        fc.integer(sizes),
        fc.nat(),
        (drawn, extra, outputs, seed) => {
          // Images that are large beside their padding.
          const geometry = { ...drawn, height: drawn.height + extra, width: drawn.width + extra };
          const given = convolution(geometry, 1, outputs, seed);
          expect(fast(given)).toEqual(plain(given));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps groups of channels apart', () => {
    const grouped = fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(
        grouped.chain(([groups, own]) =>
          fc.tuple(fc.constant(groups), geometries(fc.constant(groups * own), false)),
        ),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        ([groups, geometry], perGroup, seed) => {
          const given = convolution(geometry, groups, perGroup, seed);
          expect(fast(given)).toEqual(plain(given));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('gives every channel its own kernel where there are as many groups as channels', () => {
    fc.assert(
      fc.property(geometries(fc.integer({ min: 2, max: 35 }), false), fc.nat(), (geometry, seed) => {
        const given = convolution(geometry, geometry.channels, 1, seed);
        expect(fast(given)).toEqual(plain(given));
      }),
      { numRuns: 100 },
    );
  });

  it('gives it where the output positions need several blocks', () => {
    const geometry = {
      ...{
        height: 19,
        width: 17,
        channels: 66,
        kernel: { height: 3, width: 3 },
        stride: { height: 1, width: 1 },
      },
      padding: { top: 1, left: 1, bottom: 1, right: 1 },
    };
    const given = convolution(geometry, 1, 12, 5);
    expect(fast(given)).toEqual(plain(given));
  });

  it('refuses weights of another kernel', () => {
    const geometry = {
      ...{
        height: 4,
        width: 4,
        channels: 2,
        kernel: { height: 2, width: 2 },
        stride: { height: 1, width: 1 },
      },
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    };
    memory.temporarily(() => {
      const input = memory.allocate('int8', 32);
      const output = memory.allocate('int32', 27);
      const wide = { ...geometry, kernel: { height: 3, width: 2 } };
      const weights = linear.packConv(new Int8Array(36), wide, 3);
      const call = () =>
        linear.conv({ input, weights, bias: null, output, images: 1, geometry, padValue: 0 });
      expect(call).toThrow(KernelError);
      expect(call).toThrow('depth of the weights');
    });
  });
});
