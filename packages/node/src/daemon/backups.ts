import { backupFile } from '../backup/file-target.ts';
import { backupKey, sealBackup } from '../backup/format.ts';
import { BackupKeeper } from '../backup/keeper.ts';
import { readBackup } from '../backup/read-backup.ts';
import { refuseStale } from '../backup/refuse-stale.ts';
import type { Node } from '../node/node.ts';
import type { Entropy } from '../ports/entropy.ts';
import { stale } from '../store/generation.ts';
import type { SqliteStore } from '../store/sqlite.ts';
import { errorFields } from '../telemetry/fields.ts';
import type { Log } from '../telemetry/log.ts';

const NONCE_BYTES = 24;

/**
 * Looks at the newest backup before anything is signed or sent: it may know of later changes than the database.
 *
 * @param path - of the backup; empty: none is kept
 * @throws StoreError `stale`; BackupError
 */
export async function checkAgainstBackup(
  path: string,
  master: Uint8Array,
  store: SqliteStore,
): Promise<void> {
  if (path === '') return;
  const backup = await readBackup(path, backupKey(master));
  if (backup !== undefined) refuseStale(store.generation(), backup, stale);
}

/** Keeps the newest backup in a file, once the node has taken up its contracts. */
export async function keepBackups(
  path: string,
  {
    master,
    store,
    node,
    entropy,
    log,
  }: {
    readonly master: Uint8Array;
    readonly store: SqliteStore;
    readonly node: Node;
    readonly entropy: Entropy;
    readonly log: Log;
  },
): Promise<BackupKeeper | undefined> {
  if (path === '') return undefined;
  const key = backupKey(master);
  const keeper = new BackupKeeper(
    {
      records: () => node.engine.records,
      watch: (listener) => node.engine.watch(listener),
      seal: (channels) =>
        sealBackup(
          { ...store.generation(), height: node.watcher.height, channels },
          key,
          entropy(NONCE_BYTES),
        ),
    },
    backupFile(path),
    (notice) => {
      if (notice.kind === 'written') log.info('backup-written', { count: notice.contracts });
      else log.error('backup-behind', errorFields(notice.error));
    },
  );
  await keeper.update();
  return keeper;
}
