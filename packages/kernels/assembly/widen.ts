/** Widens `count` int8 to int16. Up to 7 values beyond the end are read and written, so rows are filled in order. */
export function widen(from: usize, to: usize, count: i32): void {
  const end = from + <usize>count;
  for (; from < end; from += 8) {
    v128.store(to, v128.load8x8_s(from));
    to += 16;
  }
}

/** Writes `count` int16 of one value; up to 7 more are written. */
export function fill(to: usize, value: i32, count: i32): void {
  const values = i16x8.splat(<i16>value);
  const end = to + (<usize>count << 1);
  for (; to < end; to += 16) v128.store(to, values);
}
