import { fromSigned, reduce, shifted } from './field';
import { gather } from './gather';

/** Rows in one pass over the columns of a strip. They stay in the L1 cache. */
const GROUP: i32 = 32;
/** Columns of a strip: its sums, 24 bytes a column, stay in the L1 cache. */
const STRIP: i32 = 128;
/** Rows until sums are folded: 1,024 products of at most 2^31 · 2^21 stay within 2^62. A multiple of GROUP. */
const FOLD: i32 = 1024;
const LIMB: u64 = 0x1fffff;

/** sums[columns / 4][3 limbs][4] += limbs · rows, in 64 bits. */
function addRows(c: usize, stride: usize, rows: i32, limbs: usize, sums: usize, columns: i32): void {
  for (let column = 0; column < columns; column += 4) {
    let s0 = v128.load(sums);
    let t0 = v128.load(sums, 16);
    let s1 = v128.load(sums, 32);
    let t1 = v128.load(sums, 48);
    let s2 = v128.load(sums, 64);
    let t2 = v128.load(sums, 80);
    let at = c + (<usize>column << 2);
    let limb = limbs;
    for (let row = 0; row < rows; row++) {
      const x = v128.load(at);
      let d = v128.load32_splat(limb);
      s0 = i64x2.add(s0, i64x2.extmul_low_i32x4_s(x, d));
      t0 = i64x2.add(t0, i64x2.extmul_high_i32x4_s(x, d));
      d = v128.load32_splat(limb, 4);
      s1 = i64x2.add(s1, i64x2.extmul_low_i32x4_s(x, d));
      t1 = i64x2.add(t1, i64x2.extmul_high_i32x4_s(x, d));
      d = v128.load32_splat(limb, 8);
      s2 = i64x2.add(s2, i64x2.extmul_low_i32x4_s(x, d));
      t2 = i64x2.add(t2, i64x2.extmul_high_i32x4_s(x, d));
      at += stride;
      limb += 12;
    }
    v128.store(sums, s0);
    v128.store(sums, t0, 16);
    v128.store(sums, s1, 32);
    v128.store(sums, t1, 48);
    v128.store(sums, s2, 64);
    v128.store(sums, t2, 80);
    sums += 96;
  }
}

/** out[columns] += sums, which become zero. */
function fold(sums: usize, out: usize, columns: i32): void {
  for (let column = 0; column < columns; column++) {
    const at = sums + <usize>(column >> 2) * 96 + (<usize>(column & 3) << 3);
    const to = out + (<usize>column << 3);
    const value =
      fromSigned(load<i64>(at)) + shifted(fromSigned(load<i64>(at, 32)), 21) + shifted(fromSigned(load<i64>(at, 64)), 42);
    store<u64>(to, reduce(load<u64>(to) + value));
  }
  memory.fill(sums, 0, <usize>((columns + 3) & ~3) * 24);
}

/** The same for values that leave room for limbs of 31 bits: sums[columns / 8][2 limbs][8]. */
function addNarrowRows(c: usize, stride: usize, rows: i32, limbs: usize, sums: usize, columns: i32): void {
  for (let column = 0; column < columns; column += 8) {
    let s0 = v128.load(sums);
    let t0 = v128.load(sums, 16);
    let u0 = v128.load(sums, 32);
    let v0 = v128.load(sums, 48);
    let s1 = v128.load(sums, 64);
    let t1 = v128.load(sums, 80);
    let u1 = v128.load(sums, 96);
    let v1 = v128.load(sums, 112);
    let at = c + (<usize>column << 2);
    let limb = limbs;
    for (let row = 0; row < rows; row++) {
      const x = v128.load(at);
      const y = v128.load(at, 16);
      let d = v128.load32_splat(limb);
      s0 = i64x2.add(s0, i64x2.extmul_low_i32x4_s(x, d));
      t0 = i64x2.add(t0, i64x2.extmul_high_i32x4_s(x, d));
      u0 = i64x2.add(u0, i64x2.extmul_low_i32x4_s(y, d));
      v0 = i64x2.add(v0, i64x2.extmul_high_i32x4_s(y, d));
      d = v128.load32_splat(limb, 4);
      s1 = i64x2.add(s1, i64x2.extmul_low_i32x4_s(x, d));
      t1 = i64x2.add(t1, i64x2.extmul_high_i32x4_s(x, d));
      u1 = i64x2.add(u1, i64x2.extmul_low_i32x4_s(y, d));
      v1 = i64x2.add(v1, i64x2.extmul_high_i32x4_s(y, d));
      at += stride;
      limb += 8;
    }
    v128.store(sums, s0);
    v128.store(sums, t0, 16);
    v128.store(sums, u0, 32);
    v128.store(sums, v0, 48);
    v128.store(sums, s1, 64);
    v128.store(sums, t1, 80);
    v128.store(sums, u1, 96);
    v128.store(sums, v1, 112);
    sums += 128;
  }
}

/** out[columns] += narrow sums, which become zero. */
function foldNarrow(sums: usize, out: usize, columns: i32): void {
  for (let column = 0; column < columns; column++) {
    const at = sums + (<usize>(column >> 3) << 7) + (<usize>(column & 7) << 3);
    const to = out + (<usize>column << 3);
    const value = fromSigned(load<i64>(at)) + shifted(fromSigned(load<i64>(at, 64)), 31);
    store<u64>(to, reduce(load<u64>(to) + value));
  }
  memory.fill(sums, 0, <usize>((columns + 7) & ~7) << 4);
}

/** All rows of a strip of columns of narrow values. */
function combineNarrowStrip(
  c: usize, stride: usize, rows: i32, limbs: usize, sums: usize, tile: usize, out: usize, columns: i32, foldRows: i32,
): void {
  memory.fill(sums, 0, <usize>STRIP << 4);
  for (let row = 0; row < rows; row += GROUP) {
    if (row > 0 && row % foldRows == 0) foldNarrow(sums, out, columns);
    const part = min(rows - row, GROUP);
    gather(c + <usize>row * stride, stride, part, <usize>columns << 2, tile, STRIP << 2);
    addNarrowRows(tile, STRIP << 2, part, limbs + (<usize>row << 3), sums, columns);
  }
  foldNarrow(sums, out, columns);
}

/** All rows of a strip of columns. */
function combineStrip(c: usize, stride: usize, rows: i32, limbs: usize, sums: usize, tile: usize, out: usize, columns: i32): void {
  memory.fill(sums, 0, <usize>STRIP * 24);
  for (let row = 0; row < rows; row += GROUP) {
    if (row > 0 && row % FOLD == 0) fold(sums, out, columns);
    const part = min(rows - row, GROUP);
    gather(c + <usize>row * stride, stride, part, <usize>columns << 2, tile, STRIP << 2);
    addRows(tile, STRIP << 2, part, limbs + <usize>row * 12, sums, columns);
  }
  fold(sums, out, columns);
}

/**
 * out[columns] += Σ_r s[r] · c[r][columns] mod p.
 *
 * @param c - int32 [rows][columns]; up to 12 bytes behind it are read and do not count
 * @param s - [rows], below p
 * @param out - [columns], below p
 * @param limbs - scratch, 12 bytes a row
 * @param sums - scratch, 3 KiB
 * @param tile - scratch, 16 KiB
 */
export function combine32(c: usize, s: usize, out: usize, rows: i32, columns: i32, limbs: usize, sums: usize, tile: usize): void {
  for (let row = 0; row < rows; row++) {
    const value = load<u64>(s + (<usize>row << 3));
    const to = limbs + <usize>row * 12;
    store<u32>(to, <u32>(value & LIMB));
    store<u32>(to, <u32>((value >> 21) & LIMB), 4);
    store<u32>(to, <u32>(value >> 42), 8);
  }
  for (let column = 0; column < columns; column += STRIP) {
    const part = min(columns - column, STRIP);
    const at = <usize>column << 2;
    combineStrip(c + at, <usize>columns << 2, rows, limbs, sums, tile, out + (at << 1), part);
  }
}

/**
 * The same for values of at most `bound` in size, with `bound · foldRows` at most 2^31: then sums of products with limbs
 * of 31 bits stay within 2^62 until they are folded.
 *
 * @param limbs - scratch, 8 bytes a row
 * @param sums - scratch, 2 KiB
 * @param foldRows - rows until sums are folded, a multiple of 32
 */
export function combineNarrow32(
  c: usize, s: usize, out: usize, rows: i32, columns: i32, limbs: usize, sums: usize, tile: usize, foldRows: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const at = <usize>row << 3;
    const value = load<u64>(s + at);
    store<u32>(limbs + at, <u32>(value & 0x7fffffff));
    store<u32>(limbs + at, <u32>(value >> 31), 4);
  }
  for (let column = 0; column < columns; column += STRIP) {
    const part = min(columns - column, STRIP);
    const at = <usize>column << 2;
    combineNarrowStrip(c + at, <usize>columns << 2, rows, limbs, sums, tile, out + (at << 1), part, foldRows);
  }
}
