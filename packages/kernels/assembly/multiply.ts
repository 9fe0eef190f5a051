import { tile } from './tile';

/** Rows of a panel that are used before the next panel: 16 KiB of it and 8 KiB of activations stay in the L1 cache. */
const DEPTH: i32 = 1024;
/** Bytes of the edge tile: int32 [4][8]. */
const EDGE_STRIDE: usize = 32;

/** A tile that sticks out of c: computed in `edge`, of which `rows` × `columns` are copied. */
function edgeTile(
  a: usize, b: usize, c: usize, k: i32, aStride: usize, cStride: usize, start: usize, startStride: usize,
  edge: usize, rows: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      store<i32>(edge + <usize>i * EDGE_STRIDE + (<usize>j << 2), load<i32>(start + <usize>i * startStride + (<usize>j << 2)));
    }
  }
  tile(a, b, edge, k, aStride, EDGE_STRIDE, edge, EDGE_STRIDE);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      store<i32>(c + <usize>i * cStride + (<usize>j << 2), load<i32>(edge + <usize>i * EDGE_STRIDE + (<usize>j << 2)));
    }
  }
}

/** All row groups against one panel, `k` deep. Sums start from c, or in all rows from `first`, if it is not 0. */
function multiplyPanel(
  a: usize, b: usize, c: usize, rows: i32, columns: i32, k: i32, aStride: usize, cStride: usize, first: usize, edge: usize,
): void {
  const stride = first == 0 ? cStride : 0;
  for (let row = 0; row < rows; row += 4) {
    const start = first == 0 ? c : first;
    if (columns >= 8 && rows - row >= 4) tile(a, b, c, k, aStride, cStride, start, stride);
    else edgeTile(a, b, c, k, aStride, cStride, start, stride, edge, min(rows - row, 4), min(columns, 8));
    a += aStride << 2;
    c += cStride << 2;
  }
}

/**
 * c[rows][columns] = a[rows][k] · b[k][columns] + bias.
 *
 * @param a - int16 [rows rounded up to 4][k rounded up to 4]; what is beyond `k` is multiplied with zeros
 * @param b - packed weights
 * @param bias - int32 [columns], or 0
 * @param c - int32, rows `cStride` bytes apart
 * @param edge - 160 bytes of scratch
 */
export function multiplyBlock(a: usize, b: usize, bias: usize, c: usize, rows: i32, columns: i32, k: i32, cStride: usize, edge: usize): void {
  const depth = (k + 3) & ~3;
  const aStride = <usize>depth << 1;
  const zeros = edge + 4 * EDGE_STRIDE;
  memory.fill(zeros, 0, EDGE_STRIDE);
  for (let from = 0; from < depth; from += DEPTH) {
    const part = min(depth - from, DEPTH);
    for (let column = 0; column < columns; column += 8) {
      const panel = b + <usize>(column >> 3) * (<usize>depth << 4) + (<usize>from << 4);
      // What is deeper than one part is added to the parts before.
      const start = from > 0 ? 0 : bias == 0 ? zeros : bias + (<usize>column << 2);
      multiplyPanel(a + (<usize>from << 1), panel, c + (<usize>column << 2), rows, columns - column, part, aStride, cStride, start, edge);
    }
  }
}
