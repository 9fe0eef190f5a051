import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CliError } from '../errors/cli-error.ts';

/** How to name a file in a message, and how much of it to accept. */
export interface FileRequest {
  /** What the file is, e.g. `the program`. */
  readonly what: string;
  readonly path: string;
  /** Most bytes, after decompression. Keeps a wrong file name from filling the memory. */
  readonly maximumBytes: number;
  readonly gzip?: boolean;
  /** Where the file is named, e.g. `job.yaml:7: `. */
  readonly position?: string;
}

/**
 * Reads a whole file that the user named.
 * @throws CliError `file-missing`, `file-unreadable`, `file-too-large`
 */
export function readUserFile(request: FileRequest): Uint8Array {
  const { what, path, maximumBytes, position = '' } = request;
  let bytes: Uint8Array;
  try {
    const status = statSync(path);
    if (!status.isFile()) {
      throw new CliError('file-unreadable', `${position}${what} ${path} is not a file.`, {
        remedy: 'Name a file, not a folder.',
      });
    }
    if (status.size > maximumBytes) throw tooLarge(request);
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (reason === 'ENOENT' || reason === 'ENOTDIR') {
      throw new CliError('file-missing', `${position}${what} ${path} does not exist.`, {
        remedy: 'Check the name; file names in a job file are relative to the job file.',
        cause,
      });
    }
    throw new CliError('file-unreadable', `${position}${what} ${path} cannot be read (${String(reason)}).`, {
      remedy: 'Check its permissions.',
      cause,
    });
  }
  return request.gzip === true ? decompress(request, bytes) : bytes;
}

function decompress(request: FileRequest, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: request.maximumBytes });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(request);
    const { position = '', what, path } = request;
    throw new CliError('file-unreadable', `${position}${what} ${path} is not a complete gzip file.`, {
      remedy: 'Set `gzip: false` if it is not compressed, or fetch the file again.',
      cause,
    });
  }
}

function tooLarge({ what, path, maximumBytes, position = '' }: FileRequest): CliError {
  return new CliError('file-too-large', `${position}${what} ${path} is larger than ${maximumBytes} bytes.`, {
    remedy: 'Check that it is the right file, or split it into several jobs.',
  });
}
