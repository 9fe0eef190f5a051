import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError } from '../errors/cli-error.ts';

/** Where results go when `--output` is not given: in the present folder. */
export const DEFAULT_OUTPUT = 'prometheus-results';

/**
 * The folder for everything that Prometheus keeps: `--data-dir`, or the place that the XDG base directory
 * specification (and Windows) name.
 */
export function dataDirectory(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  if (given !== undefined) return resolve(given);
  const base = environment.XDG_DATA_HOME || environment.LOCALAPPDATA || join(homedir(), '.local', 'share');
  return join(base, 'prometheus');
}

/**
 * Makes the folder of one run: `<data>/devchain/jobs/<name>-<time>`, readable by its owner alone, since it holds keys.
 * @param startedAt - when the run started
 * @throws CliError `data-folder-unwritable`
 */
export function createRunFolder(dataFolder: string, name: string, startedAt: Date): string {
  const time = startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const folder = join(dataFolder, 'devchain', 'jobs', `${name}-${time}-${process.pid}`);
  makePrivateFolder(folder);
  return folder;
}

/**
 * Makes a folder that its owner alone can read, and what is above it, unless it exists.
 * @throws CliError `data-folder-unwritable` when nothing can be written there
 */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new CliError('data-folder-unwritable', `Nothing can be written to ${folder} (${String(reason)}).`, {
      remedy: 'Name another folder with --data-dir.',
      cause,
    });
  }
}
