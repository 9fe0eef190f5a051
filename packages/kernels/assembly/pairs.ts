import { joinDigits, putDigits } from './digits';
import { reduce, shifted } from './field';

// An int32 v below 2^27 in size as a pair of int16: v = l + 4096·h with 0 ≤ l < 4096. Its product with a field element s is l·s + h·(4096·s),
// and a digit of s beside the same digit of 4096·s makes that one dot product of int16.

/** Bytes of the sums of eight columns, and of the digits of an element. */
export const SUM_BYTES: i32 = 128;
export const PAIR_BYTES: i32 = 16;

/** The digits of `count` elements, times 2^bits, and of 4096 times these: int16 [count][4 digits][2]. */
export function putPairs(s: usize, digits: usize, count: i32, bits: u64): void {
  for (let i = 0; i < count; i++) {
    const value = shifted(load<u64>(s), bits);
    putDigits(value, digits, 4);
    putDigits(shifted(value, 12), digits + 2, 4);
    s += 8;
    digits += PAIR_BYTES;
  }
}

/** The pairs of four values. */
@inline
export function pairsOf(values: v128): v128 {
  const upper = i32x4.shl(values, 4);
  return v128.shuffle<i16>(i16x8.shr_u(upper, 4), upper, 0, 9, 2, 11, 4, 13, 6, 15);
}

/** sums[4] of int64 += low + high·2^16. */
@inline
export function addDigits(low: v128, high: v128, sums: usize): void {
  const first = i64x2.add(i64x2.extend_low_i32x4_s(low), i64x2.shl(i64x2.extend_low_i32x4_s(high), 16));
  const second = i64x2.add(i64x2.extend_high_i32x4_s(low), i64x2.shl(i64x2.extend_high_i32x4_s(high), 16));
  v128.store(sums, i64x2.add(v128.load(sums), first));
  v128.store(sums, i64x2.add(v128.load(sums, 16), second), 16);
}

/** out[columns] += sums[columns / 8][lower two digits, upper two][8], which become zero. */
export function foldRecords(sums: usize, out: usize, columns: i32): void {
  for (let column = 0; column < columns; column++) {
    const at = sums + <usize>((column >> 3) * SUM_BYTES) + (<usize>(column & 7) << 3);
    const low = load<i64>(at);
    const high = load<i64>(at, 64);
    // A sum below 2^62 in two parts that joinDigits takes: its third digit stands for 2^32.
    const value = joinDigits(low & 0xffffffff, 0, low >> 32, 0) + shifted(joinDigits(high & 0xffffffff, 0, high >> 32, 0), 32);
    store<u64>(out, reduce(load<u64>(out) + value));
    out += 8;
  }
  memory.fill(sums, 0, <usize>(((columns + 7) >> 3) * SUM_BYTES));
}
