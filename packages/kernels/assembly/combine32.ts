import { decodeFour, places, putExtremes } from './decode';
import { addDigits, foldRecords, PAIR_BYTES, pairsOf, putPairs, SUM_BYTES } from './pairs';

/** Rows until sums are folded: each adds at most 2^16·(2^27 + 2^30) and some to a sum of 64 bits, so 2^16 of them fit. */
const FOLD: i32 = 65536;
/** Rows of halves of values whose sums fit int32: 2^15·(4095 + 16) each, and the upper ones have no more. */
const HALVES: i32 = 15;

/** The lanes that count of four columns of which `columns` exist. */
@inline
function lanes(columns: i32): v128 {
  return i32x4.gt_s(i32x4.splat(columns), i32x4(0, 1, 2, 3));
}

/** The pairs of values, or of their lower or upper 16 bits. */
@inline
function partOf(values: v128, part: i32): v128 {
  if (part == 1) return pairsOf(v128.and(values, i32x4.splat(0xffff)));
  if (part == 2) return pairsOf(i32x4.shr_s(values, 16));
  return pairsOf(values);
}

/** A few rows, whose sums fit int32, eight columns at a time. */
@inline
function addRows(from: usize, recordBytes: usize, rows: i32, columns: i32, digits: usize, sums: usize, extent: usize, bytes: i32, part: i32): void {
  let low = v128.load32_splat(extent);
  let high = v128.load32_splat(extent, 4);
  const at3 = places(rows >> 31);
  for (let column = 0; column < columns; column += 8) {
    let s0 = i32x4.splat(0);
    let t0 = s0;
    let s1 = s0;
    let t1 = s0;
    let s2 = s0;
    let t2 = s0;
    let s3 = s0;
    let t3 = s0;
    let at = from;
    let digit = digits;
    // What stands behind the last column is no value of this layer.
    const isWhole = column + 8 <= columns;
    for (let row = 0; row < rows; row++) {
      let x = decodeFour(at, bytes, at3);
      let y = decodeFour(at + (<usize>bytes << 2), bytes, at3);
      if (!isWhole) {
        x = v128.and(x, lanes(columns - column));
        y = v128.and(y, lanes(columns - column - 4));
      }
      low = i32x4.min_s(low, i32x4.min_s(x, y));
      high = i32x4.max_s(high, i32x4.max_s(x, y));
      x = partOf(x, part);
      y = partOf(y, part);
      let d = v128.load32_splat(digit);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x, d));
      t0 = i32x4.add(t0, i32x4.dot_i16x8_s(y, d));
      d = v128.load32_splat(digit, 4);
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x, d));
      t1 = i32x4.add(t1, i32x4.dot_i16x8_s(y, d));
      d = v128.load32_splat(digit, 8);
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x, d));
      t2 = i32x4.add(t2, i32x4.dot_i16x8_s(y, d));
      d = v128.load32_splat(digit, 12);
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x, d));
      t3 = i32x4.add(t3, i32x4.dot_i16x8_s(y, d));
      at += recordBytes;
      digit += PAIR_BYTES;
    }
    addDigits(s0, s1, sums);
    addDigits(t0, t1, sums + 32);
    addDigits(s2, s3, sums + 64);
    addDigits(t2, t3, sums + 96);
    from += <usize>bytes << 3;
    sums += SUM_BYTES;
  }
  putExtremes(low, high, extent);
}

function addRows2(from: usize, recordBytes: usize, rows: i32, columns: i32, digits: usize, sums: usize, extent: usize): void {
  addRows(from, recordBytes, rows, columns, digits, sums, extent, 2, 0);
}

function addRows3(from: usize, recordBytes: usize, rows: i32, columns: i32, digits: usize, sums: usize, extent: usize): void {
  addRows(from, recordBytes, rows, columns, digits, sums, extent, 3, 0);
}

function addRows4(from: usize, recordBytes: usize, rows: i32, columns: i32, digits: usize, sums: usize, extent: usize): void {
  addRows(from, recordBytes, rows, columns, digits, sums, extent, 4, 0);
}

function addLower(from: usize, recordBytes: usize, rows: i32, columns: i32, digits: usize, sums: usize, extent: usize): void {
  addRows(from, recordBytes, rows, columns, digits, sums, extent, 4, 1);
}

function addUpper(from: usize, recordBytes: usize, rows: i32, columns: i32, digits: usize, sums: usize, extent: usize): void {
  addRows(from, recordBytes, rows, columns, digits, sums, extent, 4, 2);
}

/**
 * sums += Σ_r s[r] · c[r][columns], for the accumulators c in rows of records. Sums go to `out` before they could be too large.
 *
 * @param records - of the first row, moved to the first value; up to 32 bytes behind the last are read and do not count
 * @param s - [rows], below p; at most 2^15 of them
 * @param sums - int64 [columns rounded up to 8][2]
 * @param out - [columns], below p
 * @param pending - int32: rows that the sums hold
 * @param rows32 - rows whose sums fit int32 for the largest value: 2^15·(4095 + value / 4096) each; 0 for values of
 *   4 bytes and 2^27 or more, which are added as two halves
 * @param digits - scratch, 32 bytes a row
 * @param extent - int32: least and largest value so far
 */
export function combineRecords(
  records: usize, recordBytes: i32, bytes: i32, s: usize, rows: i32, columns: i32,
  sums: usize, out: usize, pending: usize, rows32: i32, digits: usize, extent: usize,
): void {
  const upper = digits + <usize>(rows * PAIR_BYTES);
  putPairs(s, digits, rows, 0);
  if (rows32 == 0) putPairs(s, upper, rows, 16);
  if (load<i32>(pending) + rows > FOLD) {
    foldRecords(sums, out, columns);
    store<i32>(pending, 0);
  }
  store<i32>(pending, load<i32>(pending) + rows);
  const step = rows32 == 0 ? HALVES : rows32;
  for (let row = 0; row < rows; row += step) {
    const part = min(rows - row, step);
    const from = records + <usize>row * <usize>recordBytes;
    const at = <usize>(row * PAIR_BYTES);
    if (rows32 == 0) {
      addLower(from, recordBytes, part, columns, digits + at, sums, extent);
      addUpper(from, recordBytes, part, columns, upper + at, sums, extent);
    } else if (bytes == 2) {
      addRows2(from, recordBytes, part, columns, digits + at, sums, extent);
    } else if (bytes == 3) {
      addRows3(from, recordBytes, part, columns, digits + at, sums, extent);
    } else {
      addRows4(from, recordBytes, part, columns, digits + at, sums, extent);
    }
  }
}
