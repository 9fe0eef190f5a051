import { reduce } from './field';

// A field element s as four signed digits of 16 bits, s = d0 + d1·2^16 + d2·2^32 + d3·2^48: then a product with an int8
// is a dot product of int16.

/** The digits of s, as int16 at `to`, `to + step`, … */
export function putDigits(s: u64, to: usize, step: usize): void {
  let rest = <i64>s;
  for (let j = 0; j < 4; j++) {
    const digit = <i64>(<i16>rest);
    store<i16>(to, <i16>digit);
    rest = (rest - digit) >> 16;
    to += step;
  }
}

/** d0 + d1·2^16 + d2·2^32 + d3·2^48 mod p, for sums of less than 2^44 in size. */
export function joinDigits(d0: i64, d1: i64, d2: i64, d3: i64): u64 {
  const low = d0 + (d1 << 16);
  const high = d2 + (d3 << 16);
  // high·2^32 = (high >> 29)·2^61 + the lower 29 bits of high · 2^32. One p keeps the sum above 0.
  return reduce(<u64>(low + (high >> 29) + ((high & 0x1fffffff) << 32) + 0x1fffffffffffffff));
}
