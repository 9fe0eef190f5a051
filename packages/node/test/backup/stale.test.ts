import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupFile } from '../../src/backup/file-target.ts';
import { type Backup, backupKey, MAX_BACKUP_BYTES, sealBackup } from '../../src/backup/format.ts';
import { readBackup } from '../../src/backup/read-backup.ts';
import { checkAgainstBackup } from '../../src/daemon/backups.ts';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';

const master = new Uint8Array(32).fill(1);
const key = backupKey(master);

let folder: string;
let path: string;
let store: SqliteStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-stale-'));
  path = join(folder, 'channels.backup');
  store = openSqliteStore(join(folder, 'node.sqlite'));
  await store.putRecord('a', new Uint8Array(1));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = { id: 'client:1', role: 'client' } as unknown as ChannelRecord;
const write = (change: Partial<Backup>): Promise<void> => {
  const backup: Backup = { ...store.generation(), height: 1, channels: [record], ...change };
  return backupFile(path).write(sealBackup(backup, key, new Uint8Array(24)));
};

describe('a database beside its newest backup', () => {
  it('is used when it has seen as much or more', async () => {
    await write({});
    await checkAgainstBackup(path, master, store);
    await store.putRecord('b', new Uint8Array(1));
    await checkAgainstBackup(path, master, store);
  });

  it('is refused as "stale" when the backup has seen more: the whole data folder was put back, with its mark', async () => {
    await write({ number: store.generation().number + 1 });
    await expect(checkAgainstBackup(path, master, store)).rejects.toMatchObject({ code: 'stale' });
  });

  it('does not replace a backup of another database that has contracts, nor one that it cannot open', async () => {
    await write({ lineage: new Uint8Array(16) });
    await expect(checkAgainstBackup(path, master, store)).rejects.toMatchObject({ code: 'backup-foreign' });
    await write({ lineage: new Uint8Array(16), channels: [] });
    await checkAgainstBackup(path, master, store);
    writeFileSync(path, 'a letter');
    await expect(checkAgainstBackup(path, master, store)).rejects.toMatchObject({ code: 'backup-malformed' });
  });

  it('needs none where none is kept, or none is there yet', async () => {
    await checkAgainstBackup('', master, store);
    await checkAgainstBackup(path, master, store);
  });
});

describe('reading a backup', () => {
  it('refuses a file that is too large before it reads it, and what is no file', async () => {
    writeFileSync(path, '');
    truncateSync(path, MAX_BACKUP_BYTES + 1);
    await expect(readBackup(path, key)).rejects.toMatchObject({ code: 'backup-unreadable' });
    await expect(readBackup(folder, key)).rejects.toMatchObject({ code: 'backup-unreadable' });
    expect(await readBackup(join(folder, 'none'), key)).toBeUndefined();
  });
});
