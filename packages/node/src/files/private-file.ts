import { randomUUID } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Writes a new file of mode 0600: whole or not at all, on the disk when this resolves, and never over another one.
 *
 * @returns false when a file of this name exists; it is not touched
 */
export async function writePrivateFile(path: string, contents: Uint8Array | string): Promise<boolean> {
  const folder = dirname(path);
  const draft = join(folder, `.${randomUUID()}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(contents);
    await file.sync();
  } finally {
    await file.close();
  }
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

/** A new name is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
