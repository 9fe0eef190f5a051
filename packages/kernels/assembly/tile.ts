// The inner loop of every matrix product: 4 rows × 8 columns of int32 sums stay in registers while two rows of the
// weights at a time are multiplied and added. `dot_i16x8_s` adds two products of int16, exactly for int8 values.

/**
 * c[4][8] = start[4][8] + a[4][k] · b[k][8], for `k` a positive multiple of 4.
 *
 * @param a - int16, rows `aStride` bytes apart
 * @param b - part of a packed panel (pack.ts)
 * @param c - int32, rows `cStride` bytes apart
 * @param start - int32, rows `startStride` bytes apart: c itself, or a row that stands for all of them
 */
export function tile(
  a: usize, b: usize, c: usize, k: i32, aStride: usize, cStride: usize, start: usize, startStride: usize,
): void {
  const a1 = a + aStride;
  const a2 = a1 + aStride;
  const a3 = a2 + aStride;
  const c1 = c + cStride;
  const c2 = c1 + cStride;
  const c3 = c2 + cStride;
  let s00 = v128.load(start);
  let s01 = v128.load(start, 16);
  start += startStride;
  let s10 = v128.load(start);
  let s11 = v128.load(start, 16);
  start += startStride;
  let s20 = v128.load(start);
  let s21 = v128.load(start, 16);
  start += startStride;
  let s30 = v128.load(start);
  let s31 = v128.load(start, 16);
  const end = <usize>k << 1;
  for (let i: usize = 0; i < end; i += 8) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a + i);
    s00 = i32x4.add(s00, i32x4.dot_i16x8_s(x, b0));
    s01 = i32x4.add(s01, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a1 + i);
    s10 = i32x4.add(s10, i32x4.dot_i16x8_s(x, b0));
    s11 = i32x4.add(s11, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a2 + i);
    s20 = i32x4.add(s20, i32x4.dot_i16x8_s(x, b0));
    s21 = i32x4.add(s21, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a3 + i);
    s30 = i32x4.add(s30, i32x4.dot_i16x8_s(x, b0));
    s31 = i32x4.add(s31, i32x4.dot_i16x8_s(x, b1));
    const d0 = v128.load(b, 32);
    const d1 = v128.load(b, 48);
    x = v128.load32_splat(a + i, 4);
    s00 = i32x4.add(s00, i32x4.dot_i16x8_s(x, d0));
    s01 = i32x4.add(s01, i32x4.dot_i16x8_s(x, d1));
    x = v128.load32_splat(a1 + i, 4);
    s10 = i32x4.add(s10, i32x4.dot_i16x8_s(x, d0));
    s11 = i32x4.add(s11, i32x4.dot_i16x8_s(x, d1));
    x = v128.load32_splat(a2 + i, 4);
    s20 = i32x4.add(s20, i32x4.dot_i16x8_s(x, d0));
    s21 = i32x4.add(s21, i32x4.dot_i16x8_s(x, d1));
    x = v128.load32_splat(a3 + i, 4);
    s30 = i32x4.add(s30, i32x4.dot_i16x8_s(x, d0));
    s31 = i32x4.add(s31, i32x4.dot_i16x8_s(x, d1));
    b += 64;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}
