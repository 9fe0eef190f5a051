/** Writes a number of 1 or 2 bytes, little-endian. */
function put(y: usize, value: i32, bytes: i32): void {
  if (bytes == 1) store<u8>(y, <u8>value);
  else store<u16>(y, <u16>value);
}

/** For each row of int8 [rows][channels] the number of the largest channel, the lowest where several are. */
export function argmax8(x: usize, y: usize, rows: i32, channels: i32, bytes: i32): void {
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let c = 1; c < channels; c++) if (load<i8>(x + <usize>c) > load<i8>(x + <usize>best)) best = c;
    put(y, best, bytes);
    x += <usize>channels;
    y += <usize>bytes;
  }
}

/** The same for int32. */
export function argmax32(x: usize, y: usize, rows: i32, channels: i32, bytes: i32): void {
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let c = 1; c < channels; c++) if (load<i32>(x + (<usize>c << 2)) > load<i32>(x + (<usize>best << 2))) best = c;
    put(y, best, bytes);
    x += <usize>channels << 2;
    y += <usize>bytes;
  }
}
