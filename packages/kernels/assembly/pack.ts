// Weights in the order in which the tile reads them: panels of 8 columns; in a panel, for each pair of rows of the
// matrix (k, k + 1), 8 columns × 2 int16. Rows are padded to a multiple of 4 and columns to a multiple of 8 with zeros.

/** Writes the panel that starts at `column`. `weights` is int8 [rows][stride], already moved to the first column. */
export function packPanel(weights: usize, rows: i32, columns: i32, stride: i32, column: i32, target: usize): void {
  const paddedRows = (rows + 3) & ~3;
  for (let k = 0; k < paddedRows; k++) {
    const from = weights + <usize>k * <usize>stride + <usize>column;
    const to = target + ((<usize>k >> 1) << 5) + ((<usize>k & 1) << 1);
    for (let n = 0; n < 8; n++) {
      const inside = k < rows && column + n < columns;
      store<i16>(to + (<usize>n << 2), inside ? <i16>load<i8>(from + <usize>n) : 0);
    }
  }
}

/** Packs int8 [rows][columns], whose rows are `stride` bytes apart, into ⌈columns / 8⌉ panels of int16. */
export function packWeights(weights: usize, rows: i32, columns: i32, stride: i32, target: usize): void {
  const panelBytes = <usize>((rows + 3) & ~3) << 4;
  for (let column = 0; column < columns; column += 8) {
    packPanel(weights, rows, columns, stride, column, target);
    target += panelBytes;
  }
}
