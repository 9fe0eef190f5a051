import { roundShift } from './requantise';

/** Values of one call of an inner loop, so that it is soon called often enough to be compiled well. */
const RUN: i32 = 4096;

/** y = x − 128: bytes of a chunk as int8. */
export function recentre(x: usize, y: usize, count: i32): void {
  const flip = i8x16.splat(-128);
  const end = x + <usize>count;
  for (; x + 16 <= end; x += 16) {
    v128.store(y, v128.xor(v128.load(x), flip));
    y += 16;
  }
  for (; x < end; x++) {
    store<u8>(y, load<u8>(x) ^ 0x80);
    y++;
  }
}

/** y = table[x + 128]. */
function table(x: usize, y: usize, count: i32, values: usize): void {
  const middle = values + 128;
  for (let i: usize = 0; i < <usize>count; i++) {
    store<u8>(y + i, load<u8>(middle + <isize>load<i8>(x + i)));
  }
}

/** The table of q → clamp(zeroPoint + rq(q − inputZeroPoint, multiplier, shift), −128, 127). */
export function rescaleTable(values: usize, inputZeroPoint: i32, multiplier: i32, shift: i32, zeroPoint: i32): void {
  for (let q = -128; q < 128; q++) {
    const sum = <i64>(q - inputZeroPoint) * <i64>multiplier;
    store<i8>(values + <usize>(q + 128), <i8>roundShift(sum, shift, zeroPoint, -128, 127));
  }
}

/** y[positions][outputChannels], from a channel on, = table of x[positions][channels]. `y` is already moved to that channel. */
export function placeChannels(x: usize, y: usize, positions: i32, channels: i32, outputChannels: i32, values: usize): void {
  if (channels == outputChannels) {
    const all = positions * channels;
    for (let from = 0; from < all; from += RUN) table(x + <usize>from, y + <usize>from, min(all - from, RUN), values);
    return;
  }
  for (let position = 0; position < positions; position++) {
    table(x, y, channels, values);
    x += <usize>channels;
    y += <usize>outputChannels;
  }
}

/** Products of every int8, less the zero point, with the multiplier: int64 [256], that of q at q + 128. */
function productTable(products: usize, zeroPoint: i32, multiplier: i32): void {
  for (let q = -128; q < 128; q++) {
    store<i64>(products + (<usize>(q + 128) << 3), <i64>(q - zeroPoint) * <i64>multiplier);
  }
}

function addEach(a: usize, b: usize, y: usize, from: i32, to: i32, products: usize, shift: i32, zeroPoint: i32, low: i32, high: i32): void {
  const half = (<i64>1) << <i64>(shift - 1);
  const ofA = products + 1024;
  const ofB = products + 3072;
  for (let i = <usize>from; i < <usize>to; i++) {
    const sum = load<i64>(ofA + (<isize>load<i8>(a + i) << 3)) + load<i64>(ofB + (<isize>load<i8>(b + i) << 3));
    const value = ((sum + half) >> <i64>shift) + <i64>zeroPoint;
    store<i8>(y + i, <i8>min(max(value, <i64>low), <i64>high));
  }
}

/**
 * y = clamp(zeroPoint + ((a − zeroA)·multiplierA + (b − zeroB)·multiplierB + 2^(shift−1)) >> shift, low, high).
 * @param products - 4096 bytes of scratch
 */
export function add(
  a: usize, b: usize, y: usize, count: i32, zeroA: i32, multiplierA: i32, zeroB: i32, multiplierB: i32,
  shift: i32, zeroPoint: i32, low: i32, high: i32, products: usize,
): void {
  productTable(products, zeroA, multiplierA);
  productTable(products + 2048, zeroB, multiplierB);
  for (let from = 0; from < count; from += RUN) {
    addEach(a, b, y, from, min(from + RUN, count), products, shift, zeroPoint, low, high);
  }
}
