import { CHANNELS, HEIGHT, KERNEL_HEIGHT, KERNEL_WIDTH, LEFT, OUTPUT_HEIGHT, OUTPUT_WIDTH, STRIDE_HEIGHT, STRIDE_WIDTH, TOP, WIDTH } from './geometry';
import { joinDigits, putDigits } from './digits';
import { dot, multiply, reduce } from './field';

/** Columns until sums are joined: 240 dot products of at most 2 · 2^7 · 2^15 stay below 2^31. A multiple of 8. */
const PART: i32 = 1920;

@inline
function lanes(sum: v128): i64 {
  return (
    <i64>i32x4.extract_lane(sum, 0) + <i64>i32x4.extract_lane(sum, 1) +
    <i64>i32x4.extract_lane(sum, 2) + <i64>i32x4.extract_lane(sum, 3)
  );
}

/** Adds Σ w[n] · r[n] of up to PART columns to the elements of two rows; the digits of r are int16 [4][stride / 2]. */
function addPart(w: usize, second: usize, digits: usize, stride: usize, columns: i32, out: usize, secondOut: usize): void {
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  const d1 = digits + stride;
  const d2 = d1 + stride;
  const d3 = d2 + stride;
  for (let n: usize = 0; n < <usize>columns; n += 8) {
    const x = v128.load8x8_s(w + n);
    const y = v128.load8x8_s(second + n);
    const at = n << 1;
    let d = v128.load(digits + at);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x, d));
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(y, d));
    d = v128.load(d1 + at);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x, d));
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(y, d));
    d = v128.load(d2 + at);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x, d));
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(y, d));
    d = v128.load(d3 + at);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x, d));
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(y, d));
  }
  store<u64>(secondOut, reduce(load<u64>(secondOut) + joinDigits(lanes(t0), lanes(t1), lanes(t2), lanes(t3))));
  store<u64>(out, reduce(load<u64>(out) + joinDigits(lanes(s0), lanes(s1), lanes(s2), lanes(s3))));
}

/**
 * out[rows] = w[rows][columns] · r[columns] mod p.
 *
 * @param w - int8; up to 7 bytes behind it are read and do not count
 * @param digits - scratch, 8 bytes for each column of a multiple of 8, and 8 more
 */
export function weightTimes(w: usize, r: usize, out: usize, rows: i32, columns: i32, digits: usize): void {
  const stride = <usize>((columns + 7) & ~7) << 1;
  memory.fill(digits, 0, stride << 2);
  for (let n = 0; n < columns; n++) putDigits(load<u64>(r + (<usize>n << 3)), digits + (<usize>n << 1), stride);
  memory.fill(out, 0, <usize>rows << 3);
  const spare = digits + (stride << 2);
  for (let row = 0; row < rows; row += 2) {
    const isLast = row + 1 == rows;
    for (let n = 0; n < columns; n += PART) {
      const from = w + <usize>n;
      const second = isLast ? from : from + <usize>columns;
      const part = min(columns - n, PART);
      store<u64>(spare, 0);
      addPart(from, second, digits + (<usize>n << 1), stride, part, out, isLast ? spare : out + 8);
    }
    w += <usize>columns << 1;
    out += 16;
  }
}

/** Σ over the window at (y0, x0) of x · w; `sums` of w are taken times `pad` where the window is outside of the image. */
function foldWindow(x: usize, g: usize, w: usize, sums: usize, pad: u64, y0: i32, x0: i32): u64 {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const kernelHeight = load<i32>(g, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(g, KERNEL_WIDTH);
  const cellBytes = <usize>channels << 3;
  let sum: u64 = 0;
  let outside: u64 = 0;
  for (let ky = 0; ky < kernelHeight; ky++) {
    const iy = y0 + ky;
    for (let kx = 0; kx < kernelWidth; kx++) {
      const ix = x0 + kx;
      if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
        sum = reduce(sum + dot(x + <usize>(iy * width + ix) * cellBytes, w, channels));
      } else {
        outside = reduce(outside + load<u64>(sums));
      }
      w += cellBytes;
      sums += 8;
    }
  }
  return reduce(sum + multiply(outside, pad));
}

/**
 * A convolution of field elements with one output channel, no groups: out[positions].
 *
 * @param x - [height][width][channels]
 * @param w - [kernel height][kernel width][channels]
 * @param pad - one value: that of cells outside of the image
 * @param sums - scratch, 8 bytes for each cell of the kernel
 */
export function foldConv(x: usize, g: usize, w: usize, pad: usize, out: usize, sums: usize): void {
  const channels = load<i32>(g, CHANNELS);
  const cells = load<i32>(g, KERNEL_HEIGHT) * load<i32>(g, KERNEL_WIDTH);
  for (let cell = 0; cell < cells; cell++) {
    let sum: u64 = 0;
    for (let c = 0; c < channels; c++) sum = reduce(sum + load<u64>(w + (<usize>(cell * channels + c) << 3)));
    store<u64>(sums + (<usize>cell << 3), sum);
  }
  const value = load<u64>(pad);
  const outputHeight = load<i32>(g, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(g, OUTPUT_WIDTH);
  for (let oy = 0; oy < outputHeight; oy++) {
    const y0 = oy * load<i32>(g, STRIDE_HEIGHT) - load<i32>(g, TOP);
    for (let ox = 0; ox < outputWidth; ox++) {
      const x0 = ox * load<i32>(g, STRIDE_WIDTH) - load<i32>(g, LEFT);
      store<u64>(out, foldWindow(x, g, w, sums, value, y0, x0));
      out += 8;
    }
  }
}
