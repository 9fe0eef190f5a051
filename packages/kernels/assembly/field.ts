// F_p with p = 2^61 − 1. Since 2^61 = 1 in it, what is beyond bit 61 is added to the rest.

@inline export const P: u64 = 0x1fffffffffffffff;

/** Any number mod p. */
@inline
export function reduce(x: u64): u64 {
  const sum = (x & P) + (x >> 61);
  return sum >= P ? sum - P : sum;
}

/** A signed number from −2^62 to 2^62, mod p. */
@inline
export function fromSigned(x: i64): u64 {
  return reduce(<u64>x + 3 * P);
}

/** x · 2^bits mod p, for x < p. */
@inline
export function shifted(x: u64, bits: u64): u64 {
  return ((x << bits) & P) | (x >> (61 - bits));
}

/** x · y mod p, for both below p: with x = x1·2^31 + x0 and the same for y. */
@inline
export function multiply(x: u64, y: u64): u64 {
  const x0 = x & 0x7fffffff;
  const x1 = x >> 31;
  const y0 = y & 0x7fffffff;
  const y1 = y >> 31;
  const middle = x1 * y0 + x0 * y1;
  // x1·y1·2^62 = 2·x1·y1, and middle·2^31 = (middle >> 30)·2^61 + the lower 30 bits of middle · 2^31.
  return reduce(((x1 * y1) << 1) + (middle >> 30) + ((middle & 0x3fffffff) << 31) + x0 * y0);
}

/** Index of the first value that is not below p, or `count`. */
export function firstUnreduced(x: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) if (load<u64>(x + (<usize>i << 3)) >= P) return i;
  return count;
}

/** Σ x[i] · y[i]. */
export function dot(x: usize, y: usize, count: i32): u64 {
  let sum: u64 = 0;
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 3;
    sum += multiply(load<u64>(x + at), load<u64>(y + at));
    sum = sum >= P ? sum - P : sum;
  }
  return sum;
}

/** out[rows] = x[rows][count] · y[count]. */
export function dots(x: usize, y: usize, out: usize, rows: i32, count: i32): void {
  for (let row = 0; row < rows; row++) {
    store<u64>(out, dot(x, y, count));
    x += <usize>count << 3;
    out += 8;
  }
}
