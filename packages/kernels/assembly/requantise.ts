import { decodeFour, decodeOne, places } from './decode';

// The only place where numbers are rounded: (v·M + 2^(S−1)) >> S in 64 bits, half up, then shifted by the zero point
// and clamped.

/** clamp(zeroPoint + (sum + 2^(shift−1)) >> shift, low, high) for a sum that is already multiplied. */
export function roundShift(sum: i64, shift: i32, zeroPoint: i32, low: i32, high: i32): i32 {
  const value = ((sum + ((<i64>1) << <i64>(shift - 1))) >> <i64>shift) + <i64>zeroPoint;
  return <i32>(value < <i64>low ? <i64>low : value > <i64>high ? <i64>high : value);
}

/** Channels from `from` on, one at a time. */
function requantiseEach(
  x: usize, bytes: i32, y: usize, multipliers: usize, negative: usize, from: i32, channels: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  for (let c = from; c < channels; c++) {
    const at = <usize>c << 2;
    const value = decodeOne(x + <usize>(c * bytes), bytes);
    const multiplier = load<i32>((negative != 0 && value < 0 ? negative : multipliers) + at);
    store<i8>(y + <usize>c, <i8>roundShift(<i64>value * <i64>multiplier, shift, zeroPoint, low, high));
  }
}

/**
 * Four channels at a time, for shifts of 32 and more: then the quotient is in the upper half of the 64-bit sum.
 * @param from - first channel
 * @returns how many channels are done
 */
function requantiseFours(
  x: usize, bytes: i32, y: usize, multipliers: usize, negative: usize, from: i32, channels: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): i32 {
  const half = i64x2.splat((<i64>1) << <i64>(shift - 1));
  const zero = i32x4.splat(zeroPoint);
  const least = i32x4.splat(low);
  const most = i32x4.splat(high);
  const rest = shift - 32;
  const at3 = places(channels >> 31);
  let c = from;
  for (; c + 4 <= channels; c += 4) {
    const at = <usize>c << 2;
    const value = decodeFour(x + <usize>(c * bytes), bytes, at3);
    let multiplier = v128.load(multipliers + at);
    if (negative != 0) multiplier = v128.bitselect(v128.load(negative + at), multiplier, i32x4.shr_s(value, 31));
    const lower = i64x2.add(i64x2.extmul_low_i32x4_s(value, multiplier), half);
    const upper = i64x2.add(i64x2.extmul_high_i32x4_s(value, multiplier), half);
    const quotient = i32x4.shr_s(v128.shuffle<i32>(lower, upper, 1, 3, 5, 7), rest);
    const result = i32x4.min_s(i32x4.max_s(i32x4.add(quotient, zero), least), most);
    const words = i16x8.narrow_i32x4_s(result, result);
    v128.store_lane<i32>(y + <usize>c, i8x16.narrow_i16x8_s(words, words), 0);
  }
  return c;
}

/** The quotients of four values: with shifts of 33 and more, all of the lower half of a product is rounded away. */
@inline
function quotients(x: usize, bytes: i32, at3: v128, multipliers: usize, negative: usize, half: v128, rest: i32): v128 {
  const value = decodeFour(x, bytes, at3);
  let multiplier = v128.load(multipliers);
  if (negative != 0) multiplier = v128.bitselect(v128.load(negative), multiplier, i32x4.shr_s(value, 31));
  const lower = i64x2.extmul_low_i32x4_s(value, multiplier);
  const upper = i64x2.extmul_high_i32x4_s(value, multiplier);
  return i32x4.shr_s(i32x4.add(v128.shuffle<i32>(lower, upper, 1, 3, 5, 7), half), rest);
}

/**
 * Sixteen channels at a time, for shifts of 33 and more. What saturates on the way to int16 lies outside of int8 also
 * after the zero point.
 * @returns how many channels are done
 */
@inline
function requantiseSixteens(
  x: usize, bytes: i32, y: usize, multipliers: usize, negative: usize, channels: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): i32 {
  const rest = shift - 32;
  const half = i32x4.splat(1 << (rest - 1));
  const zero = i16x8.splat(<i16>zeroPoint);
  const least = i8x16.splat(<i8>low);
  const most = i8x16.splat(<i8>high);
  const at3 = places(channels >> 31);
  let c = 0;
  for (; c + 16 <= channels; c += 16) {
    const at = <usize>c << 2;
    const from = x + <usize>(c * bytes);
    const four = <usize>bytes << 2;
    const m = multipliers + at;
    const q0 = quotients(from, bytes, at3, m, negative == 0 ? 0 : negative + at, half, rest);
    const q1 = quotients(from + four, bytes, at3, m + 16, negative == 0 ? 0 : negative + at + 16, half, rest);
    const q2 = quotients(from + 2 * four, bytes, at3, m + 32, negative == 0 ? 0 : negative + at + 32, half, rest);
    const q3 = quotients(from + 3 * four, bytes, at3, m + 48, negative == 0 ? 0 : negative + at + 48, half, rest);
    const first = i16x8.add_sat_s(i16x8.narrow_i32x4_s(q0, q1), zero);
    const second = i16x8.add_sat_s(i16x8.narrow_i32x4_s(q2, q3), zero);
    const result = i8x16.narrow_i16x8_s(first, second);
    v128.store(y + <usize>c, i8x16.min_s(i8x16.max_s(result, least), most));
  }
  return c;
}

function sixteens2(
  x: usize, y: usize, multipliers: usize, negative: usize, channels: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): i32 {
  return requantiseSixteens(x, 2, y, multipliers, negative, channels, shift, zeroPoint, low, high);
}

function sixteens3(
  x: usize, y: usize, multipliers: usize, negative: usize, channels: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): i32 {
  return requantiseSixteens(x, 3, y, multipliers, negative, channels, shift, zeroPoint, low, high);
}

function sixteens4(
  x: usize, y: usize, multipliers: usize, negative: usize, channels: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): i32 {
  return requantiseSixteens(x, 4, y, multipliers, negative, channels, shift, zeroPoint, low, high);
}

/** The multipliers of a run: those of the channels, again and again. */
function putRun(multipliers: usize, channels: i32, run: i32, to: usize): void {
  let channel = 0;
  for (let i = 0; i < run; i++) {
    store<i32>(to + (<usize>i << 2), load<i32>(multipliers + (<usize>channel << 2)));
    if (++channel == channels) channel = 0;
  }
}

/** One run of values. */
function requantiseRun(
  x: usize, bytes: i32, y: usize, count: i32, multipliers: usize, negative: usize, shift: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  let done = 0;
  if (shift > 32) {
    if (bytes == 2) done = sixteens2(x, y, multipliers, negative, count, shift, zeroPoint, low, high);
    else if (bytes == 3) done = sixteens3(x, y, multipliers, negative, count, shift, zeroPoint, low, high);
    else done = sixteens4(x, y, multipliers, negative, count, shift, zeroPoint, low, high);
  }
  if (shift > 31 && done < count) {
    done = requantiseFours(x, bytes, y, multipliers, negative, done, count, shift, zeroPoint, low, high);
  }
  requantiseEach(x, bytes, y, multipliers, negative, done, count, shift, zeroPoint, low, high);
}

/**
 * Accumulators → int8 [rows][count].
 *
 * @param x - [count] of a row, each of `bytes` bytes, rows `stride` bytes apart; up to 4 bytes behind them are read
 * @param multipliers - int32 [channels], none negative: those of the values of a row again and again
 * @param negative - the same for negative values, or 0
 * @param runs - scratch, 8 bytes for each value of a run
 * @param run - values that are done at a time, a multiple of the channels
 */
export function requantise(
  x: usize, stride: i32, bytes: i32, y: usize, rows: i32, count: i32, channels: i32, multipliers: usize, negative: usize,
  runs: usize, run: i32, shift: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  const below = negative == 0 ? 0 : runs + (<usize>run << 2);
  putRun(multipliers, channels, run, runs);
  if (below != 0) putRun(negative, channels, run, below);
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < count; from += run) {
      requantiseRun(x + <usize>(from * bytes), bytes, y + <usize>from, min(run, count - from), runs, below, shift, zeroPoint, low, high);
    }
    x += <usize>stride;
    y += <usize>count;
  }
}

/** Index of the first negative value, or `count`. */
export function firstNegative(x: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) if (load<i32>(x + (<usize>i << 2)) < 0) return i;
  return count;
}
