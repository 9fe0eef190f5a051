import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { KeystoreError } from './errors.ts';

/** Permissions that anybody but the owner has. */
const OTHERS = 0o077;

/**
 * Reads a small file that only its owner may read. Windows has no such modes; there the folder's permissions count.
 *
 * @throws KeystoreError `secret-file-unreadable` when it is not there, no file, or larger than `limit` bytes; `file-exposed`
 */
export async function readSecretFile(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    throw unreadable(path, 'it cannot be opened', cause);
  });
  try {
    const { size, mode } = await file.stat().then((stat) => {
      if (!stat.isFile()) throw unreadable(path, 'it is no file');
      return stat;
    });
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new KeystoreError('file-exposed', `others than its owner may use ${path}`, {
        evidence: { mode: (mode & 0o777).toString(8) },
        remedy: `Run: chmod 600 ${path}`,
      });
    }
    if (size > limit) throw unreadable(path, `it has more than ${limit} bytes`);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

function unreadable(path: string, reason: string, cause?: unknown): KeystoreError {
  return new KeystoreError('secret-file-unreadable', `${path} cannot be read: ${reason}`, {
    cause,
    remedy: 'Check its path, and that this user owns it.',
  });
}
