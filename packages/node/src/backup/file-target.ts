import { randomUUID } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupTarget } from './keeper.ts';

/** Keeps the newest backup in one file of mode 0600. Its folder should be on another disk than the data folder. */
export function backupFile(path: string): BackupTarget {
  return {
    async write(bytes: Uint8Array): Promise<void> {
      const folder = dirname(path);
      const draft = join(folder, `.${randomUUID()}`);
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
        await file.close();
        await rename(draft, path);
      } catch (cause) {
        await file.close().catch(() => {});
        await unlink(draft).catch(() => {});
        throw cause;
      }
      if (process.platform === 'win32') return;
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
    },
  };
}
