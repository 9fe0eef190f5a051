import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import {
  appendFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toHex } from '@prometheus-compute/protocol';
import { syncFolder } from '../files/sync-folder.ts';
import type { BlobDraft, BlobStore } from '../ports/blob-store.ts';

/** Milliseconds after which a draft that nobody has added to is thrown away: no contract takes so long. A month. */
const LEFT_BEHIND = 30 * 86_400_000;

/**
 * Drafts as files of a folder beside the contents that they become, one for each hash and source.
 *
 * @param folder - of the contents
 */
export function folderDrafts(folder: string): BlobStore['draft'] {
  const place = join(folder, 'drafts');
  let prepared: Promise<void> | undefined;
  return async (hash, source) => {
    prepared ??= prepare(place);
    await prepared;
    const name = `${toHex(hash)}-${createHash('sha256').update(source).digest('hex').slice(0, 32)}`;
    return openDraft(join(place, name), join(folder, toHex(hash)));
  };
}

/** Makes the folder, and throws away what was left behind in it. */
async function prepare(place: string): Promise<void> {
  await mkdir(place, { recursive: true, mode: 0o700 });
  const now = Date.now();
  for (const name of await readdir(place)) {
    const file = join(place, name);
    if (now - (await stat(file)).mtimeMs > LEFT_BEHIND) await rm(file, { force: true });
  }
}

async function openDraft(file: string, target: string): Promise<BlobDraft> {
  // Made when it is not there.
  const handle = await open(file, 'a', 0o600);
  const { size } = await handle.stat();
  await handle.close();
  let length = size;
  return {
    get length() {
      return length;
    },
    async append(bytes) {
      await appendFile(file, bytes, { mode: 0o600 });
      length += bytes.length;
    },
    async write(offset, bytes) {
      // Kept when it is there: 'a' would write behind all of it, 'w' throw it away.
      const place = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        await writeAt(place, bytes, offset);
      } finally {
        await place.close();
      }
      length = Math.max(length, offset + bytes.length);
    },
    async part(offset, wanted) {
      const place = await open(file, 'r');
      try {
        const bytes = new Uint8Array(Math.max(0, Math.min(wanted, length - offset)));
        const { bytesRead } = await place.read(bytes, 0, bytes.length, offset);
        return bytes.subarray(0, bytesRead);
      } finally {
        await place.close();
      }
    },
    read: async () => new Uint8Array(await readFile(file)),
    async keep() {
      const whole = await open(file, 'r+');
      await whole.sync().finally(() => whole.close());
      await rename(file, target);
      await syncFolder(dirname(target));
    },
    async discard() {
      length = 0;
      await rm(file, { force: true });
    },
  };
}

async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
