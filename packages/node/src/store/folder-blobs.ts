import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hash32, toHex } from '@prometheus-compute/protocol';
import { syncFolder } from '../files/sync-folder.ts';
import type { BlobPart, BlobStore } from '../ports/blob-store.ts';
import { StoreError } from './errors.ts';
import { folderDrafts } from './folder-drafts.ts';

/**
 * Blobs as files of a folder, named by their hash and written whole or not at all. What is stored is on the disk, with its name, before a
 * commit may say that it is there. One process at a time: what an earlier one was writing when it ended is thrown away.
 *
 * @param folder - made when missing, readable by its owner only
 */
export function folderBlobs(folder: string): BlobStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) if (name.startsWith('.')) rmSync(join(folder, name));
  const drafts = folderDrafts(folder);
  return {
    draft: drafts,
    async room(): Promise<number> {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    async put(hash: Hash32, bytes: Uint8Array): Promise<void> {
      const temporary = join(folder, `.${randomUUID()}`);
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
        await file.close();
        await rename(temporary, join(folder, toHex(hash)));
      } catch (cause) {
        // On a full disk it would keep the room that is missing.
        await file.close().catch(() => {});
        await rm(temporary, { force: true });
        throw cause;
      }
      await syncFolder(folder);
    },
    async get(hash: Hash32): Promise<Uint8Array | undefined> {
      return whenThere(async () => new Uint8Array(await readFile(join(folder, toHex(hash)))));
    },
    async part(hash: Hash32, offset: number, length: number): Promise<BlobPart | undefined> {
      const file = await whenThere(() => open(join(folder, toHex(hash)), 'r'));
      if (file === undefined) return undefined;
      try {
        const { size: total } = await file.stat();
        return { total, bytes: await readAt(file, offset, Math.max(0, Math.min(length, total - offset))) };
      } finally {
        await file.close();
      }
    },
  };
}

/** Undefined when there is no such file. */
async function whenThere<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Exactly so many bytes, which the file has: a blob never changes. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new StoreError('unreadable', 'a blob is shorter than its file says');
    done += bytesRead;
  }
  return bytes;
}
