// int32 ↔ their lowest 2, 3 or 4 bytes, little-endian two's complement.

/** One run of values; `to` need not be aligned. */
function narrowRun(from: usize, to: usize, count: i32, bytes: i32): void {
  let i = 0;
  if (bytes == 2) {
    for (; i + 8 <= count; i += 8) {
      const low = v128.load(from);
      const high = v128.load(from, 16);
      v128.store(to, i8x16.shuffle(low, high, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
      from += 32;
      to += 16;
    }
  } else if (bytes == 3) {
    // 16 bytes are stored, of which 12 count: two more values have to follow.
    for (; i + 6 <= count; i += 4) {
      const values = v128.load(from);
      v128.store(to, i8x16.shuffle(values, values, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15));
      from += 16;
      to += 12;
    }
  } else {
    for (; i + 4 <= count; i += 4) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
  }
  for (; i < count; i++) {
    const value = load<i32>(from);
    store<u16>(to, <u16>value);
    if (bytes == 3) store<u8>(to, <u8>(value >> 16), 2);
    else if (bytes == 4) store<u16>(to, <u16>(value >> 16), 2);
    from += 4;
    to += <usize>bytes;
  }
}

/** One run of values; up to 16 bytes behind `from` are read. */
function extendRun(from: usize, to: usize, count: i32, bytes: i32): void {
  let i = 0;
  if (bytes == 2) {
    for (; i + 4 <= count; i += 4) {
      v128.store(to, v128.load16x4_s(from));
      from += 8;
      to += 16;
    }
  } else if (bytes == 3) {
    for (; i + 4 <= count; i += 4) {
      const values = v128.load(from);
      // Each value in the upper three bytes, whose shift brings the sign along.
      v128.store(to, i32x4.shr_s(i8x16.shuffle(values, values, 0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 9, 10, 11), 8));
      from += 12;
      to += 16;
    }
  } else {
    for (; i + 4 <= count; i += 4) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
  }
  for (; i < count; i++) {
    let value = <i32>load<u16>(from);
    if (bytes == 2) value = <i32>(<i16>value);
    else if (bytes == 3) value |= <i32>load<i8>(from, 2) << 16;
    else value |= <i32>load<u16>(from, 2) << 16;
    store<i32>(to, value);
    from += <usize>bytes;
    to += 4;
  }
}

/** int32 [rows][count] into records, `recordBytes` apart. `records` is already moved to the first value. */
export function packAccumulators(values: usize, records: usize, rows: i32, count: i32, bytes: i32, recordBytes: i32): void {
  for (let row = 0; row < rows; row++) {
    narrowRun(values, records, count, bytes);
    values += <usize>count << 2;
    records += <usize>recordBytes;
  }
}

/** The way back. */
export function unpackAccumulators(records: usize, values: usize, rows: i32, count: i32, bytes: i32, recordBytes: i32): void {
  for (let row = 0; row < rows; row++) {
    extendRun(records, values, count, bytes);
    records += <usize>recordBytes;
    values += <usize>count << 2;
  }
}

function extremesOf(values: usize, count: i32, result: usize): void {
  let low = v128.load32_splat(result);
  let high = v128.load32_splat(result, 4);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const four = v128.load(values);
    low = i32x4.min_s(low, four);
    high = i32x4.max_s(high, four);
    values += 16;
  }
  for (; i < count; i++) {
    const one = v128.load32_splat(values);
    low = i32x4.min_s(low, one);
    high = i32x4.max_s(high, one);
    values += 4;
  }
  const lowPair = i32x4.min_s(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  const highPair = i32x4.max_s(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  store<i32>(result, min(i32x4.extract_lane(lowPair, 0), i32x4.extract_lane(lowPair, 1)));
  store<i32>(result, max(i32x4.extract_lane(highPair, 0), i32x4.extract_lane(highPair, 1)), 4);
}

/** Values of one call of the inner loop. */
const RUN: i32 = 4096;

/** Least and largest of int32 [count] with `count` > 0, as two int32. */
export function extremes(values: usize, count: i32, result: usize): void {
  store<i32>(result, load<i32>(values));
  store<i32>(result, load<i32>(values), 4);
  for (let from = 0; from < count; from += RUN) {
    extremesOf(values + (<usize>from << 2), min(count - from, RUN), result);
  }
}
