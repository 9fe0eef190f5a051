import { replacePrivateFile } from '../files/private-file.ts';
import type { BackupTarget } from './keeper.ts';

/** Keeps the newest backup in one file of mode 0600. Its folder should be on another disk than the data folder. */
export function backupFile(path: string): BackupTarget {
  return { write: (bytes) => replacePrivateFile(path, bytes) };
}
