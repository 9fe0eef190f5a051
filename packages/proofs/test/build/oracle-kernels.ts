import { FIELD_PRIME } from '../../src/scheme/field.ts';
import type { ProjectionKernels } from '../../src/scheme/projection.ts';

const P = FIELD_PRIME;
const mod = (value: bigint): bigint => ((value % P) + P) % P;

/** The sums of the field as they are defined, on big integers. */
export const ORACLE_KERNELS: ProjectionKernels = {
  weightTimes: (weights, columns) => {
    const N = columns.length;
    return BigUint64Array.from({ length: weights.length / N }, (_, k) =>
      mod(columns.reduce((sum, column, n) => sum + column * BigInt(weights[k * N + n]!), 0n)),
    );
  },
  dots: (matrix, vector) =>
    BigUint64Array.from({ length: matrix.length / vector.length }, (_, i) =>
      mod(vector.reduce((sum, x, n) => sum + x * matrix[i * vector.length + n]!, 0n)),
    ),
  foldWindow: (values, products, { height, width, channels, kernel, stride, padding }, pad) => {
    const at = (y: number, x: number, channel: number): bigint =>
      y < 0 || x < 0 || y >= height || x >= width ? pad : values[(y * width + x) * channels + channel]!;
    const sums: bigint[] = [];
    for (let top = -padding.top; top + kernel.height <= height + padding.bottom; top += stride.height) {
      for (let left = -padding.left; left + kernel.width <= width + padding.right; left += stride.width) {
        let sum = 0n;
        let k = 0;
        for (let y = 0; y < kernel.height; y++)
          for (let x = 0; x < kernel.width; x++)
            for (let channel = 0; channel < channels; channel++)
              sum += products[k++]! * at(top + y, left + x, channel);
        sums.push(mod(sum));
      }
    }
    return BigUint64Array.from(sums);
  },
};
