import { decodeFour, decodeOne, places, putExtremes } from './decode';

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

/** One run of values, whose least and largest move `extent`; up to 16 bytes behind `from` are read. */
@inline
function extendRun(from: usize, to: usize, count: i32, bytes: i32, extent: usize): void {
  let low = v128.load32_splat(extent);
  let high = v128.load32_splat(extent, 4);
  const at3 = places(count >> 31);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const four = decodeFour(from, bytes, at3);
    v128.store(to, four);
    low = i32x4.min_s(low, four);
    high = i32x4.max_s(high, four);
    from += <usize>bytes << 2;
    to += 16;
  }
  for (; i < count; i++) {
    const value = decodeOne(from, bytes);
    store<i32>(to, value);
    low = i32x4.min_s(low, i32x4.splat(value));
    high = i32x4.max_s(high, i32x4.splat(value));
    from += <usize>bytes;
    to += 4;
  }
  putExtremes(low, high, extent);
}

function extendRun2(from: usize, to: usize, count: i32, extent: usize): void {
  extendRun(from, to, count, 2, extent);
}

function extendRun3(from: usize, to: usize, count: i32, extent: usize): void {
  extendRun(from, to, count, 3, extent);
}

function extendRun4(from: usize, to: usize, count: i32, extent: usize): void {
  extendRun(from, to, count, 4, extent);
}

/** int32 [rows][count] into records, `recordBytes` apart. `records` is already moved to the first value. */
export function packAccumulators(values: usize, records: usize, rows: i32, count: i32, bytes: i32, recordBytes: i32): void {
  for (let row = 0; row < rows; row++) {
    narrowRun(values, records, count, bytes);
    values += <usize>count << 2;
    records += <usize>recordBytes;
  }
}

/** The way back, with the least and the largest value, as two int32 at `extent`; of none, the ends of int32 turned round. */
export function unpackAccumulators(
  records: usize, values: usize, rows: i32, count: i32, bytes: i32, recordBytes: i32, extent: usize,
): void {
  store<i32>(extent, i32.MAX_VALUE);
  store<i32>(extent, i32.MIN_VALUE, 4);
  for (let row = 0; row < rows; row++) {
    if (bytes == 2) extendRun2(records, values, count, extent);
    else if (bytes == 3) extendRun3(records, values, count, extent);
    else extendRun4(records, values, count, extent);
    records += <usize>recordBytes;
    values += <usize>count << 2;
  }
}
