import { FIELD_PRIME } from '../../src/scheme/field.ts';
import type { ProjectionKernels } from '../../src/scheme/projection.ts';

const P = FIELD_PRIME;
const mod = (value: bigint): bigint => ((value % P) + P) % P;

function combine(values: Int8Array | Int32Array, scalars: BigUint64Array): BigUint64Array {
  const length = values.length / scalars.length;
  return BigUint64Array.from({ length }, (_, i) =>
    mod(scalars.reduce((sum, scalar, row) => sum + scalar * BigInt(values[row * length + i]!), 0n)),
  );
}

/** The sums of the field as they are defined, on big integers. */
export const ORACLE_KERNELS: ProjectionKernels = {
  combine8: combine,
  combine32: combine,
  weightTimes: (weights, columns) => {
    const N = columns.length;
    return BigUint64Array.from({ length: weights.length / N }, (_, k) =>
      mod(columns.reduce((sum, column, n) => sum + column * BigInt(weights[k * N + n]!), 0n)),
    );
  },
  fieldDot: (a, b) => mod(a.reduce((sum, x, i) => sum + x * b[i]!, 0n)),
  foldWindow: (values, products, { input, output, kernel, stride, padding }, pad) => {
    const at = (y: number, x: number, channel: number): bigint =>
      y < 0 || x < 0 || y >= input.height || x >= input.width
        ? pad
        : values[(y * input.width + x) * input.channels + channel]!;
    const cell = (row: number, column: number): bigint => {
      let sum = 0n;
      let k = 0;
      for (let y = 0; y < kernel.height; y++)
        for (let x = 0; x < kernel.width; x++)
          for (let channel = 0; channel < input.channels; channel++)
            sum +=
              products[k++]! *
              at(row * stride.height + y - padding.top, column * stride.width + x - padding.left, channel);
      return mod(sum);
    };
    return BigUint64Array.from({ length: output.height * output.width }, (_, position) =>
      cell(Math.floor(position / output.width), position % output.width),
    );
  },
};
