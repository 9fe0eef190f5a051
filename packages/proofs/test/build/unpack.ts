import type { RecordPlace } from '../../src/scheme/projection.ts';

/**
 * The accumulators of a checked layer in the records of some rows: [row][position][channel]. Undefined when one of them is larger
 * than the layer allows: no run gives it.
 *
 * @param rowBytes - bytes of one record
 */
export function layerAccumulators(
  records: Uint8Array,
  rowBytes: number,
  { offset, positions, N, accBytes, bound }: RecordPlace,
): Int32Array | undefined {
  const cells = positions * N;
  const rows = records.length / rowBytes;
  const unpacked = new Int32Array(rows * cells);
  const shift = 32 - 8 * accBytes;
  let at = 0;
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    let from = row * rowBytes + offset;
    for (let cell = 0; cell < cells; cell++, from += accBytes) {
      let word = 0;
      for (let byte = 0; byte < accBytes; byte++) word |= records[from + byte]! << (8 * byte);
      const value = (word << shift) >> shift;
      const size = value < 0 ? -value : value;
      if (size > largest) largest = size;
      unpacked[at++] = value;
    }
  }
  return largest <= bound ? unpacked : undefined;
}
