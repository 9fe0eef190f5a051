import { randomUUID } from 'node:crypto';
import { link, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from './sync-folder.ts';

/**
 * Writes a new file of mode 0600: whole or not at all, on the disk when this resolves, and never over another one.
 *
 * @returns false when a file of this name exists; it is not touched
 */
export async function writePrivateFile(path: string, contents: Uint8Array | string): Promise<boolean> {
  const folder = dirname(path);
  const draft = await writeDraft(folder, contents);
  try {
    // A rename would replace what is there; a second name for the same file fails instead.
    await link(draft, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    await unlink(draft);
  }
  await syncFolder(folder);
  return true;
}

/** Writes a file of mode 0600 in the place of one of this name: whole or not at all, and on the disk when this resolves. */
export async function replacePrivateFile(path: string, contents: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const draft = await writeDraft(folder, contents);
  try {
    await rename(draft, path);
  } catch (cause) {
    await unlink(draft).catch(() => {});
    throw cause;
  }
  await syncFolder(folder);
}

/** A file of mode 0600 under a name of its own, with its contents on the disk. */
async function writeDraft(folder: string, contents: Uint8Array | string): Promise<string> {
  const draft = join(folder, `.${randomUUID()}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(contents);
    await file.sync();
    await file.close();
    return draft;
  } catch (cause) {
    await file.close().catch(() => {});
    await unlink(draft).catch(() => {});
    throw cause;
  }
}
