/**
 * Copies `rows` pieces of `bytes` bytes, `stride` bytes apart, to pieces `targetStride` bytes apart. Rows whose distance
 * is a power of two would push each other out of the L1 cache; side by side they do not. Bytes are rounded up to 16.
 */
export function gather(from: usize, stride: usize, rows: i32, bytes: usize, to: usize, targetStride: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
    from += stride;
    to += targetStride;
  }
}
