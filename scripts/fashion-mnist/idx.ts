import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Pixels of one Fashion-MNIST image: 28 × 28 grey values of one byte, row by row. */
export const IMAGE_BYTES = 784;

/** One file of the MNIST family: `header` bytes of big-endian u32 (magic, count, sizes), then one byte a value. */
export interface IdxFile {
  readonly count: number;
  readonly values: Uint8Array;
}

/**
 * Reads a gzip-compressed IDX file of bytes (http://yann.lecun.com/exdb/mnist, section "File formats").
 * @throws Error when the magic number or the length is not that of `dimensions` dimensions of unsigned bytes
 */
export function readIdx(path: string, dimensions: 1 | 3): IdxFile {
  const bytes = gunzipSync(readFileSync(path));
  const magic = bytes.readUInt32BE(0);
  if (magic !== 0x0800 + dimensions)
    throw new Error(`${path}: magic number ${magic} is not that of images or labels`);
  const count = bytes.readUInt32BE(4);
  const header = 4 + 4 * dimensions;
  const size = dimensions === 3 ? IMAGE_BYTES : 1;
  if (bytes.length !== header + count * size)
    throw new Error(`${path}: ${bytes.length} bytes do not fit ${count} records`);
  return { count, values: bytes.subarray(header) };
}

/** The bytes of an IDX file with the given values (not compressed). */
export function idxBytes(values: Uint8Array, dimensions: 1 | 3): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dimensions);
  const sizes = dimensions === 3 ? [values.length / IMAGE_BYTES, 28, 28] : [values.length];
  header.writeUInt32BE(0x0800 + dimensions, 0);
  for (const [place, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * place);
  return Buffer.concat([header, values]);
}
