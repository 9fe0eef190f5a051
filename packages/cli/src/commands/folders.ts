import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

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
 */
export function createRunFolder(dataFolder: string, name: string, startedAt: Date): string {
  const time = startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const folder = join(dataFolder, 'devchain', 'jobs', `${name}-${time}-${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
