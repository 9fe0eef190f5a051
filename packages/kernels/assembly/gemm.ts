import { multiplyBlock } from './multiply';
import { widen } from './widen';

/** Widens `rows` rows of int8 [k] to int16, each padded to a multiple of 4. */
function widenRows(a: usize, block: usize, rows: i32, k: i32): void {
  const stride = <usize>((k + 3) & ~3) << 1;
  for (let row = 0; row < rows; row++) {
    widen(a, block, k);
    a += <usize>k;
    block += stride;
  }
}

/**
 * c[rows][columns] = a[rows][k] · b[k][columns] + bias, exact modulo 2^32.
 *
 * @param a - int8; up to 7 bytes behind it are read and do not count
 * @param b - packed weights
 * @param bias - int32 [columns], or 0
 * @param c - int32 [rows][columns]
 * @param block - scratch for int16 [blockRows][k rounded up to 4] and 16 bytes more
 * @param edge - 160 bytes of scratch
 * @param blockRows - a multiple of 4
 */
export function gemm(a: usize, b: usize, bias: usize, c: usize, rows: i32, k: i32, columns: i32, block: usize, edge: usize, blockRows: i32): void {
  const cStride = <usize>columns << 2;
  for (let row = 0; row < rows; row += blockRows) {
    const part = min(rows - row, blockRows);
    widenRows(a + <usize>row * <usize>k, block, part, k);
    multiplyBlock(block, b, bias, c + <usize>row * cStride, part, columns, k, cStride, edge);
  }
}
