import { equalBytes } from '@prometheus-compute/protocol';
import { BackupError } from './errors.ts';
import type { Backup } from './format.ts';

/** How far a database has come. */
type Generation = Pick<Backup, 'lineage' | 'number'>;

/**
 * Compares a database with the newest backup, which may have seen later changes: then the whole data folder is an older copy, and nothing
 * beside the database tells so.
 *
 * @param stale - the error for an older copy
 * @throws BackupError `backup-foreign` when the backup is of another database, which may be lost
 */
export function refuseStale(database: Generation, backup: Backup, stale: (reason: string) => Error): void {
  if (!equalBytes(backup.lineage, database.lineage)) {
    if (backup.channels.length === 0) return;
    throw new BackupError(
      'backup-foreign',
      `the backup holds ${backup.channels.length} contracts of another database and is not replaced`,
      {
        remedy:
          'If that database is lost, run `prometh recover` with this backup first. Then move the file away, or name another one in backup.file.',
      },
    );
  }
  if (backup.number > database.number)
    throw stale(`the backup has seen ${backup.number - database.number} changes that it has not`);
}
