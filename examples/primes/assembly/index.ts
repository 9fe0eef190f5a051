// A WASI preview-1 command: lines "FROM TO" (decimal, at most 4294967295, at most a million apart) on standard input,
// for each one line on standard output with the number of primes p, FROM ≤ p < TO. A line that is something else traps.

@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(fd: i32, vectors: usize, count: i32, read: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;

const VECTOR: usize = memory.data(8, 4);
const MOVED: usize = memory.data(4, 4);
const BYTE: usize = memory.data(1, 1);
const DIGITS: usize = memory.data(12, 1);

/** The next byte of the input, or −1 at its end. */
function readByte(): i32 {
  store<u32>(VECTOR, <u32>BYTE);
  store<u32>(VECTOR, 1, 4);
  if (fd_read(0, VECTOR, 1, MOVED) != 0) unreachable();
  return load<u32>(MOVED) == 0 ? -1 : <i32>load<u8>(BYTE);
}

/** A decimal number that begins with `first` and ends with the byte `end`. */
function readNumber(first: i32, end: i32): u64 {
  let value: u64 = 0;
  let digits = 0;
  let byte = first;
  while (byte != end) {
    if (byte < 48 || byte > 57 || digits == 10) unreachable();
    value = value * 10 + (byte - 48);
    digits++;
    byte = readByte();
  }
  if (digits == 0 || value > 0xffffffff) unreachable();
  return value;
}

function isPrime(value: u64): bool {
  if (value < 4) return value > 1;
  if (value % 2 == 0 || value % 3 == 0) return false;
  for (let divisor: u64 = 5; divisor * divisor <= value; divisor += 6) {
    if (value % divisor == 0 || value % (divisor + 2) == 0) return false;
  }
  return true;
}

function writeLine(count: u32): void {
  let at: usize = DIGITS + 11;
  store<u8>(at, 10);
  let rest = count;
  do {
    store<u8>(--at, <u8>(48 + (rest % 10)));
    rest /= 10;
  } while (rest > 0);
  store<u32>(VECTOR, <u32>at);
  store<u32>(VECTOR, <u32>(DIGITS + 12 - at), 4);
  if (fd_write(1, VECTOR, 1, MOVED) != 0) unreachable();
}

export function _start(): void {
  for (;;) {
    const first = readByte();
    if (first < 0) return;
    const from = readNumber(first, 32);
    const to = readNumber(readByte(), 10);
    if (to < from || to - from > 1000000) unreachable();
    let count: u32 = 0;
    for (let value = from; value < to; value++) if (isPrime(value)) count++;
    writeLine(count);
  }
}
