import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hash32, toHex } from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';

/**
 * Blobs as files of a folder, named by their hash and written whole or not at all.
 *
 * @param folder - made when missing, readable by its owner only
 */
export function folderBlobs(folder: string): BlobStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    async put(hash: Hash32, bytes: Uint8Array): Promise<void> {
      const temporary = join(folder, `.${randomUUID()}`);
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, join(folder, toHex(hash)));
    },
    async get(hash: Hash32): Promise<Uint8Array | undefined> {
      try {
        return new Uint8Array(await readFile(join(folder, toHex(hash))));
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw cause;
      }
    },
  };
}
