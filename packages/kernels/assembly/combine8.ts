import { joinDigits, putDigits } from './digits';
import { reduce } from './field';
import { gather } from './gather';

/** Rows in one pass over the columns of a strip. Even. They stay in the L1 cache. */
const GROUP: i32 = 32;
/** Columns of a strip. */
const STRIP: i32 = 256;
/** Rows until sums are folded: 240 dot products of at most 2 · 2^7 · 2^15 stay below 2^31. A multiple of GROUP. */
const FOLD: i32 = 480;

/** sums[columns / 8][4 digits][8] += digits · rows, for pairs of rows. */
function addPairs(a: usize, stride: usize, second: usize, pairs: i32, digits: usize, sums: usize, columns: i32): void {
  for (let column = 0; column < columns; column += 8) {
    let s0 = v128.load(sums);
    let t0 = v128.load(sums, 16);
    let s1 = v128.load(sums, 32);
    let t1 = v128.load(sums, 48);
    let s2 = v128.load(sums, 64);
    let t2 = v128.load(sums, 80);
    let s3 = v128.load(sums, 96);
    let t3 = v128.load(sums, 112);
    let row = a + <usize>column;
    let digit = digits;
    for (let pair = 0; pair < pairs; pair++) {
      const upper = v128.load8x8_s(row);
      const lower = v128.load8x8_s(row + second);
      const x = v128.shuffle<i16>(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11);
      const y = v128.shuffle<i16>(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15);
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
      row += stride << 1;
      digit += 16;
    }
    v128.store(sums, s0);
    v128.store(sums, t0, 16);
    v128.store(sums, s1, 32);
    v128.store(sums, t1, 48);
    v128.store(sums, s2, 64);
    v128.store(sums, t2, 80);
    v128.store(sums, s3, 96);
    v128.store(sums, t3, 112);
    sums += 128;
  }
}

/** out[columns] += sums, which become zero. */
function fold(sums: usize, out: usize, columns: i32): void {
  for (let column = 0; column < columns; column++) {
    const at = sums + (<usize>(column >> 3) << 7) + (<usize>(column & 7) << 2);
    const value = joinDigits(
      <i64>load<i32>(at), <i64>load<i32>(at, 32), <i64>load<i32>(at, 64), <i64>load<i32>(at, 96),
    );
    const to = out + (<usize>column << 3);
    store<u64>(to, reduce(load<u64>(to) + value));
  }
  memory.fill(sums, 0, <usize>((columns + 7) & ~7) << 4);
}

/**
 * All rows of a strip of columns, of which the sums hold `held` rows already.
 * @returns how many they hold at the end, an even number
 */
function combineStrip(
  a: usize, stride: usize, rows: i32, digits: usize, sums: usize, tile: usize, out: usize, columns: i32, held: i32,
): i32 {
  for (let row = 0; row < rows; ) {
    if (held >= FOLD) {
      fold(sums, out, columns);
      held = 0;
    }
    const part = min(min(rows - row, GROUP), FOLD - held);
    gather(a + <usize>row * stride, stride, part, <usize>columns, tile, STRIP);
    const at = digits + (<usize>row << 3);
    addPairs(tile, STRIP, STRIP, part >> 1, at, sums, columns);
    // The last of an odd number of rows is its own partner, whose digits are zero.
    const last = <usize>(part - 1);
    if ((part & 1) != 0) addPairs(tile + last * STRIP, STRIP, 0, 1, at + (last << 3), sums, columns);
    row += part;
    held += (part + 1) & ~1;
  }
  return held;
}

/**
 * sums += Σ_r s[r] · a[r][columns]; they go to `out` before they could be too large.
 *
 * @param a - int8 [rows][columns]; up to 15 bytes behind it are read and do not count
 * @param s - [rows], below p
 * @param sums - int32 [columns rounded up to 8][4]
 * @param out - [columns], below p
 * @param pending - int32: rows that the sums hold
 * @param digits - scratch, 8 bytes for each row of an even number
 * @param tile - scratch, 8 KiB
 */
export function combineCells(
  a: usize, s: usize, rows: i32, columns: i32, sums: usize, out: usize, pending: usize, digits: usize, tile: usize,
): void {
  for (let row = 0; row < rows + (rows & 1); row++) {
    const at = digits + (<usize>(row >> 1) << 4) + (<usize>(row & 1) << 1);
    putDigits(row < rows ? load<u64>(s + (<usize>row << 3)) : 0, at, 4);
  }
  const before = load<i32>(pending);
  for (let column = 0; column < columns; column += STRIP) {
    const part = min(columns - column, STRIP);
    const strip = sums + (<usize>column << 4);
    const to = out + (<usize>column << 3);
    store<i32>(pending, combineStrip(a + <usize>column, <usize>columns, rows, digits, strip, tile, to, part, before));
  }
}

/** out[columns] += the sums of {@link combineCells}, which become zero. */
export function foldCells(sums: usize, out: usize, columns: i32): void {
  fold(sums, out, columns);
}
