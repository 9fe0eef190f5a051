import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { DaemonError } from './errors.ts';

const OTHERS = 0o077;

/**
 * Makes a node's data folder, mode 0700, unless it is there.
 *
 * @throws DaemonError `folder-unusable`, `folder-exposed`
 */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new DaemonError('folder-unusable', `nothing can be written to ${folder}`, {
      cause,
      remedy: 'Check its permissions, or name another folder with --data-dir.',
    });
  }
  await checkDataFolder(folder);
}

/** @throws DaemonError `folder-exposed` when others may enter it; Windows has no such modes */
export async function checkDataFolder(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return;
  throw new DaemonError('folder-exposed', `others than its owner may enter ${folder}`, {
    evidence: { mode: (mode & 0o777).toString(8) },
    remedy: `Run: chmod 700 ${folder}`,
  });
}
