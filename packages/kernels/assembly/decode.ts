// Accumulators of 2, 3 or 4 bytes, little-endian two's complement, as int32.

/**
 * The places of four values of 3 bytes, each in the upper three bytes of its lane. As a variable it stays in a register, where a constant
 * would be made anew for every use.
 *
 * @param zero - 0, unknown to the compiler
 */
@inline
export function places(zero: i32): v128 {
  return v128.or(i8x16(0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 9, 10, 11), i32x4.splat(zero));
}

/** Four values. Up to 16 bytes are read. */
@inline
export function decodeFour(from: usize, bytes: i32, places: v128): v128 {
  if (bytes == 2) return v128.load16x4_s(from);
  const values = v128.load(from);
  if (bytes == 4) return values;
  // The shift brings the sign along.
  return i32x4.shr_s(i8x16.swizzle(values, places), 8);
}

@inline
export function decodeOne(from: usize, bytes: i32): i32 {
  if (bytes == 2) return <i32>load<i16>(from);
  if (bytes == 3) return <i32>load<u16>(from) | (<i32>load<i8>(from, 2) << 16);
  return load<i32>(from);
}

/** Least and largest of the lanes, as two int32 at `extent`. */
export function putExtremes(low: v128, high: v128, extent: usize): void {
  const lowPair = i32x4.min_s(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  const highPair = i32x4.max_s(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  store<i32>(extent, min(i32x4.extract_lane(lowPair, 0), i32x4.extract_lane(lowPair, 1)));
  store<i32>(extent, max(i32x4.extract_lane(highPair, 0), i32x4.extract_lane(highPair, 1)), 4);
}
