import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../errors/cli-error.ts';

/** One file to write. */
export interface OutputFile {
  readonly name: string;
  readonly contents: Uint8Array | string;
}

/**
 * Writes files so that each is either there as a whole or not at all: into temporary files beside them first, then
 * renamed. Nothing stays behind on a failure.
 * @returns their paths
 * @throws CliError `output-unwritable`
 */
export function writeWhole(folder: string, files: readonly OutputFile[]): readonly string[] {
  const staged: { readonly temporary: string; readonly path: string }[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, contents } of files) {
      const path = join(folder, name);
      const temporary = `${path}.${process.pid}.part`;
      staged.push({ temporary, path });
      const file = openSync(temporary, 'w');
      try {
        writeFileSync(file, contents);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    }
    for (const { temporary, path } of staged) renameSync(temporary, path);
  } catch (cause) {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError('output-unwritable', `The result cannot be written to ${folder}: ${reason}.`, {
      remedy:
        'Name another folder with --output; the job itself is done and its data folder keeps its records.',
      cause,
    });
  }
  return staged.map(({ path }) => path);
}

/**
 * Refuses an output folder in which nothing could be written, before anything is paid for.
 * @throws CliError `output-unwritable`
 */
export function checkOutputFolder(folder: string): void {
  const status = statSync(folder, { throwIfNoEntry: false });
  if (status === undefined || status.isDirectory()) return;
  throw new CliError('output-unwritable', `${folder} is a file, so no result can be written into it.`, {
    remedy: 'Name a folder with --output.',
  });
}
