import { type FileHandle, open } from 'node:fs/promises';
import { BackupError } from './errors.ts';
import { type Backup, MAX_BACKUP_BYTES, openBackup } from './format.ts';

/**
 * Reads and opens a backup's file; its size is known before it is read.
 *
 * @returns undefined when there is no such file
 * @throws BackupError `backup-unreadable`, `backup-malformed`, `backup-locked`
 */
export async function readBackup(path: string, key: Uint8Array): Promise<Backup | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  }
  try {
    const { size } = await file.stat();
    if (size > MAX_BACKUP_BYTES) throw unreadable(path, new RangeError(`it has ${size} bytes`));
    return openBackup(new Uint8Array(await file.readFile()), key);
  } catch (cause) {
    throw cause instanceof BackupError ? cause : unreadable(path, cause);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, cause: unknown): BackupError {
  return new BackupError('backup-unreadable', `the backup ${path} cannot be read`, {
    cause,
    remedy: 'Make its disk available, or name another file.',
  });
}
