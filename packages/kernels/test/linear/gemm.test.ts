import { createKernels } from '@prometheus-compute/kernels';
import { describe, expect, it } from 'vitest';
import { Values } from '../build/values.ts';

interface Product {
  readonly a: Int8Array;
  readonly w: Int8Array;
  readonly bias: Int32Array | null;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

/** The definition of a matrix product, modulo 2^32. */
function plain({ a, w, bias, rows, depth, columns }: Product): Int32Array {
  const c = new Int32Array(rows * columns);
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++) {
      let sum = bias === null ? 0 : bias[n]!;
      for (let k = 0; k < depth; k++) sum = (sum + a[m * depth + k]! * w[k * columns + n]!) | 0;
      c[m * columns + n] = sum;
    }
  }
  return c;
}

const kernels = createKernels();

function fast({ a, w, bias, rows, depth, columns }: Product): Int32Array {
  const { memory, linear } = kernels;
  return memory.temporarily(() => {
    const weights = linear.pack(w, depth, columns);
    const input = memory.putInt8(a);
    const biasBlock = bias === null ? null : memory.putInt32(bias);
    const output = memory.allocate('int32', rows * columns);
    linear.gemm({ input, weights, bias: biasBlock, output, rows });
    return memory.int32(output).slice();
  });
}

describe('gemm', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 17];
  it.each(sizes)(
    'gives what the definition gives for %i rows, every depth and every number of columns',
    (rows) => {
      const values = new Values(rows);
      for (const depth of [...sizes, 31, 33]) {
        for (const columns of sizes) {
          const a = values.int8(rows * depth);
          const w = values.int8(depth * columns);
          const bias = values.next() % 2 === 0 ? null : values.int32(columns);
          const product = { a, w, bias, rows, depth, columns };
          expect(fast(product)).toEqual(plain(product));
        }
      }
    },
  );

  it('gives it where the depth and the rows need several blocks', () => {
    const values = new Values(99);
    for (const [rows, depth, columns] of [
      [3, 2050, 11],
      [523, 257, 19],
      [150, 1027, 8],
    ] as const) {
      const product = {
        a: values.int8(rows * depth),
        w: values.int8(depth * columns),
        bias: values.int32(columns),
        rows,
        depth,
        columns,
      };
      expect(fast(product)).toEqual(plain(product));
    }
  });

  it('loses nothing when every value is −128', () => {
    const [rows, depth, columns] = [5, 3000, 9];
    const a = new Int8Array(rows * depth).fill(-128);
    const w = new Int8Array(depth * columns).fill(-128);
    expect(fast({ a, w, bias: null, rows, depth, columns })).toEqual(
      new Int32Array(rows * columns).fill(depth * 16_384),
    );
  });
});
