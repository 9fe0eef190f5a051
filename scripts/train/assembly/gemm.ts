// Products of float32 matrices. Every sum runs over its terms in one fixed order and nothing is fused, so that the
// same numbers come out on every machine.

/** Tile of the inner loop: 4 rows by 8 columns, which fit into the registers. */
const TILE_ROWS: i32 = 4;
const TILE_COLUMNS: i32 = 8;
/** Blocks that stay in the caches: of the depth, of the columns, of the rows. */
const BLOCK_DEPTH: i32 = 256;
const BLOCK_COLUMNS: i32 = 512;
const BLOCK_ROWS: i32 = 64;

/** Bytes of scratch memory that `gemm` needs: packed blocks of both factors, and one tile. */
export const GEMM_SCRATCH: i32 = 4 * (BLOCK_DEPTH * (BLOCK_COLUMNS + BLOCK_ROWS) + TILE_ROWS * TILE_COLUMNS);

/**
 * Copies a block into panels of `width` lanes: target[panel][along][lane], lanes past `count` filled with zeros.
 * `across` and `along` are the distances, in floats, between neighbours in the two directions of the source.
 */
function pack(
  source: usize,
  across: i32,
  along: i32,
  width: i32,
  count: i32,
  depth: i32,
  target: usize,
): void {
  for (let first = 0; first < count; first += width) {
    const from = source + ((<usize>first * across) << 2);
    const lanes = min(width, count - first);
    if (lanes == width && across == 1) {
      copyPanel(from, along, width, depth, target);
    } else if (lanes == width && along == 1) {
      transposePanel(from, across, width, depth, target);
    } else {
      for (let k = 0; k < depth; k++) {
        const row = target + ((<usize>k * width) << 2);
        for (let lane = 0; lane < width; lane++) {
          const value =
            lane < lanes ? load<f32>(from + ((<usize>lane * across + <usize>k * along) << 2)) : <f32>0;
          store<f32>(row + ((<usize>lane) << 2), value);
        }
      }
    }
    target += (<usize>width * depth) << 2;
  }
}

/** The lanes are neighbours in the source. */
function copyPanel(from: usize, along: i32, width: i32, depth: i32, target: usize): void {
  for (let k = 0; k < depth; k++) {
    v128.store(target, v128.load(from));
    if (width == 8) v128.store(target, v128.load(from, 16), 16);
    target += (<usize>width) << 2;
    from += (<usize>along) << 2;
  }
}

/** The depth runs along neighbours in the source: transposed by squares of 4 × 4. */
function transposePanel(from: usize, across: i32, width: i32, depth: i32, target: usize): void {
  const step = (<usize>across) << 2;
  const whole = depth & ~3;
  for (let quad = 0; quad < width; quad += 4) {
    const source = from + <usize>quad * step;
    const out = target + ((<usize>quad) << 2);
    const row = (<usize>width) << 2;
    for (let k = 0; k < whole; k += 4) {
      const at = source + ((<usize>k) << 2);
      const a = v128.load(at);
      const b = v128.load(at + step);
      const c = v128.load(at + 2 * step);
      const d = v128.load(at + 3 * step);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const to = out + <usize>k * row;
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to + row, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(to + 2 * row, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
      v128.store(to + 3 * row, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
    }
    for (let k = whole; k < depth; k++) {
      for (let lane = 0; lane < 4; lane++) {
        store<f32>(
          out + <usize>k * row + ((<usize>lane) << 2),
          load<f32>(source + <usize>lane * step + ((<usize>k) << 2)),
        );
      }
    }
  }
}

/** One tile: c[4][8], rows `step` bytes apart, = (or += when `add`) the product of two panels of `depth`. */
function tile(a: usize, b: usize, depth: i32, c: usize, step: usize, add: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  if (add) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + step);
    c11 = v128.load(c + step, 16);
    c20 = v128.load(c + 2 * step);
    c21 = v128.load(c + 2 * step, 16);
    c30 = v128.load(c + 3 * step);
    c31 = v128.load(c + 3 * step, 16);
  }
  for (let k = 0; k < depth; k++) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    let value = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(value, left));
    c01 = f32x4.add(c01, f32x4.mul(value, right));
    value = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(value, left));
    c11 = f32x4.add(c11, f32x4.mul(value, right));
    value = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(value, left));
    c21 = f32x4.add(c21, f32x4.mul(value, right));
    value = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(value, left));
    c31 = f32x4.add(c31, f32x4.mul(value, right));
    a += 16;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + step, c10);
  v128.store(c + step, c11, 16);
  v128.store(c + 2 * step, c20);
  v128.store(c + 2 * step, c21, 16);
  v128.store(c + 3 * step, c30);
  v128.store(c + 3 * step, c31, 16);
}

/** A tile at the edge of the result: computed in `spare`, and the part that exists is moved. */
function edgeTile(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  step: usize,
  rows: i32,
  columns: i32,
  add: bool,
  spare: usize,
): void {
  if (add) {
    for (let row = 0; row < rows; row++)
      memory.copy(spare + ((<usize>row) << 5), c + <usize>row * step, (<usize>columns) << 2);
  }
  tile(a, b, depth, spare, 32, add);
  for (let row = 0; row < rows; row++)
    memory.copy(c + <usize>row * step, spare + ((<usize>row) << 5), (<usize>columns) << 2);
}

/**
 * c[m][n] = Σ_k a[m][k] · b[k][n]. The factors may be transposed: element (i, j) of a stands `aRow`·i + `aColumn`·j
 * floats after its start, and the same for b. c has no gaps and overlaps neither factor.
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  scratch: usize,
): void {
  const packedB = scratch;
  const packedA = packedB + ((BLOCK_DEPTH * BLOCK_COLUMNS) << 2);
  const spare = packedA + ((BLOCK_DEPTH * BLOCK_ROWS) << 2);
  const step = (<usize>n) << 2;
  for (let n0 = 0; n0 < n; n0 += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - n0);
    for (let k0 = 0; k0 < k; k0 += BLOCK_DEPTH) {
      const depth = min(BLOCK_DEPTH, k - k0);
      const add = k0 > 0;
      pack(
        b + ((<usize>k0 * bRow + <usize>n0 * bColumn) << 2),
        bColumn,
        bRow,
        TILE_COLUMNS,
        columns,
        depth,
        packedB,
      );
      for (let m0 = 0; m0 < m; m0 += BLOCK_ROWS) {
        const rows = min(BLOCK_ROWS, m - m0);
        pack(
          a + ((<usize>m0 * aRow + <usize>k0 * aColumn) << 2),
          aRow,
          aColumn,
          TILE_ROWS,
          rows,
          depth,
          packedA,
        );
        for (let j = 0; j < columns; j += TILE_COLUMNS) {
          const panelB = packedB + ((<usize>j * depth) << 2);
          for (let i = 0; i < rows; i += TILE_ROWS) {
            const panelA = packedA + ((<usize>i * depth) << 2);
            const target = c + ((<usize>(m0 + i) * n + n0 + j) << 2);
            if (i + TILE_ROWS <= rows && j + TILE_COLUMNS <= columns) {
              tile(panelA, panelB, depth, target, step, add);
            } else {
              edgeTile(
                panelA,
                panelB,
                depth,
                target,
                step,
                min(TILE_ROWS, rows - i),
                min(TILE_COLUMNS, columns - j),
                add,
                spare,
              );
            }
          }
        }
      }
    }
  }
}
