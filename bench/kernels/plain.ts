/**
 * The product that kernels are compared with: int8 [rows][depth] · int8 [depth][columns] → int32, in plain JavaScript,
 * in the faster one of the two orders of its loops (it reads and writes rows from left to right).
 */
export function plainGemm(a: Int8Array, b: Int8Array, c: Int32Array, depth: number, columns: number): void {
  const rows = a.length / depth;
  c.fill(0);
  for (let m = 0; m < rows; m++) {
    for (let k = 0; k < depth; k++) {
      const value = a[m * depth + k]!;
      const from = k * columns;
      const to = m * columns;
      for (let n = 0; n < columns; n++) c[to + n] = (c[to + n]! + value * b[from + n]!) | 0;
    }
  }
}
