// A WASI preview-1 command: images of 28 × 28 bytes on standard input, for each one byte on standard output, the
// class 0..9 with the largest score (the lowest class wins a tie). Integers only, so every machine gives the same.
// A last image that is cut off ends the program with exit code 1.
import { BIAS, WEIGHTS } from './weights';

@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(fd: i32, vectors: usize, count: i32, read: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const STDIN = 0;
const STDOUT = 1;
const CLASSES = 10;
const PIXELS = 784;

/** One vector of WASI: address, length. */
const VECTOR: usize = memory.data(8, 4);
/** Where the host writes how many bytes it moved. */
const MOVED: usize = memory.data(4, 4);
const IMAGE: usize = memory.data(784, 16);
const LABEL: usize = memory.data(1, 1);

/** Reads up to one image; fewer bytes only at the end of the input. */
function readImage(): i32 {
  let filled = 0;
  while (filled < PIXELS) {
    store<u32>(VECTOR, <u32>(IMAGE + filled));
    store<u32>(VECTOR, PIXELS - filled, 4);
    if (fd_read(STDIN, VECTOR, 1, MOVED) != 0) proc_exit(2);
    const moved = load<i32>(MOVED);
    if (moved == 0) break;
    filled += moved;
  }
  return filled;
}

function classify(): u8 {
  let best: u8 = 0;
  let bestScore = i32.MIN_VALUE;
  for (let c = 0; c < CLASSES; c++) {
    const row = WEIGHTS + c * PIXELS;
    let score = load<i32>(BIAS + (<usize>c << 2));
    for (let p = 0; p < PIXELS; p++) {
      score += <i32>load<i8>(row + p) * <i32>load<u8>(IMAGE + p);
    }
    if (score > bestScore) {
      bestScore = score;
      best = <u8>c;
    }
  }
  return best;
}

export function _start(): void {
  for (;;) {
    const bytes = readImage();
    if (bytes == 0) return;
    if (bytes != PIXELS) proc_exit(1);
    store<u8>(LABEL, classify());
    store<u32>(VECTOR, <u32>LABEL);
    store<u32>(VECTOR, 1, 4);
    if (fd_write(STDOUT, VECTOR, 1, MOVED) != 0) proc_exit(2);
  }
}
