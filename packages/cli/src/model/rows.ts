import { CliError } from '../errors/cli-error.ts';
import { type FileRequest, readUserFile } from '../job/read-file.ts';

/** Most bytes of data or labels, decompressed. */
const MAXIMUM_BYTES = 1_073_741_824;
const GZIP = [0x1f, 0x8b] as const;
/** Type of a value in an IDX file: an unsigned byte. */
const IDX_BYTES = 0x08;

/** Rows of a network, one after the other. */
export interface Rows {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/**
 * Reads rows from a file: IDX of bytes, or records of raw bytes; as it is or in gzip.
 *
 * @param rowBytes - bytes of one row
 * @throws CliError `file-missing`, `file-unreadable`, `file-too-large`, `input-wrong`
 */
export function readRows(what: string, path: string, rowBytes: number): Rows {
  const bytes = withoutHeader(read({ what, path, maximumBytes: MAXIMUM_BYTES }));
  if (bytes.length === 0 || bytes.length % rowBytes !== 0) {
    throw new CliError(
      'input-wrong',
      `${what} ${path} has ${bytes.length} bytes, which is no whole number of rows of ${rowBytes} bytes.`,
      { remedy: 'Name an IDX file of bytes, or a file of raw rows without a header.' },
    );
  }
  return { bytes, count: bytes.length / rowBytes };
}

/**
 * Reads the right class of each row: IDX of bytes, or a byte for each row.
 *
 * @throws CliError `file-missing`, `file-unreadable`, `file-too-large`, `labels-wrong`
 */
export function readLabels(path: string, count: number): Uint8Array {
  const labels = withoutHeader(read({ what: 'the labels', path, maximumBytes: MAXIMUM_BYTES }));
  if (labels.length !== count) {
    throw new CliError('labels-wrong', `${path} has ${labels.length} labels for ${count} rows.`, {
      remedy: 'Name the labels of the rows of --data, or of --calibrate where that is left out.',
    });
  }
  return labels;
}

/** Some rows, evenly spread over all of them. */
export function spreadRows({ bytes, count }: Rows, wanted: number): Rows {
  if (wanted >= count) return { bytes, count };
  const each = bytes.length / count;
  const chosen = new Uint8Array(wanted * each);
  for (let row = 0; row < wanted; row++) {
    const from = Math.floor((row * count) / wanted) * each;
    chosen.set(bytes.subarray(from, from + each), row * each);
  }
  return { bytes: chosen, count: wanted };
}

function read(request: FileRequest): Uint8Array {
  const bytes = readUserFile(request);
  const packed = GZIP.every((byte, at) => bytes[at] === byte);
  return packed ? readUserFile({ ...request, gzip: true }) : bytes;
}

/** IDX: 0, 0, the type, how many dimensions, each of them as a big-endian uint32, then the values. Anything else has no header. */
function withoutHeader(bytes: Uint8Array): Uint8Array {
  const dimensions = bytes[3] ?? 0;
  const header = 4 + 4 * dimensions;
  const begins = bytes[0] === 0 && bytes[1] === 0 && bytes[2] === IDX_BYTES && dimensions > 0;
  if (!begins || bytes.length < header) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  let size = 1;
  for (let at = 4; at < header; at += 4) size *= view.getUint32(at);
  return size === bytes.length - header ? bytes.subarray(header) : bytes;
}
