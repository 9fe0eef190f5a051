import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { toHex } from '@prometheus-compute/protocol';
import { JobError } from './errors.ts';

/** What is said of a file before it is read: it has these bytes and no others. */
export interface ParcelFacts {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a file that a caller of the same user has put there, if it is what was announced.
 *
 * @param limit - of its bytes; nothing is allocated for a larger one
 * @throws JobError `parcel-unreadable`
 */
export async function readParcel(path: string, facts: ParcelFacts, limit: number): Promise<Uint8Array> {
  if (facts.bytes > limit) throw unreadable(path, `it has more than ${limit} bytes`);
  // A pipe that nobody writes into would hold up whatever else the process reads.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch((cause: unknown) => {
    throw unreadable(path, 'it cannot be opened', cause);
  });
  try {
    const contents = await contentsOf(file, path, facts.bytes);
    if (digest(contents) !== facts.sha256) throw unreadable(path, 'it is not what was announced');
    return contents;
  } finally {
    await file.close();
  }
}

/** Writes a new file for its owner alone. @throws JobError `parcel-unreadable` when something has this name already */
export async function writeParcel(path: string, contents: Uint8Array): Promise<ParcelFacts> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw unreadable(path, 'it cannot be made', cause);
  });
  try {
    await file.writeFile(contents);
    await file.close();
  } catch (cause) {
    // On a full disk it would keep the room that is missing.
    await file.close().catch(() => {});
    await rm(path, { force: true });
    throw unreadable(path, 'it cannot be written', cause);
  }
  return factsOf(contents);
}

export function factsOf(contents: Uint8Array): ParcelFacts {
  return { bytes: contents.length, sha256: digest(contents) };
}

async function contentsOf(file: FileHandle, path: string, bytes: number): Promise<Uint8Array> {
  const stat = await file.stat();
  if (!stat.isFile() || stat.size !== bytes) throw unreadable(path, `it is no file of ${bytes} bytes`);
  const contents = new Uint8Array(bytes);
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(contents, done, bytes - done, done);
    if (bytesRead === 0) throw unreadable(path, 'it became shorter');
    done += bytesRead;
  }
  return contents;
}

const digest = (contents: Uint8Array): string => toHex(createHash('sha256').update(contents).digest());

function unreadable(path: string, reason: string, cause?: unknown): JobError {
  return new JobError('parcel-unreadable', `the file ${path} cannot be used: ${reason}`, {
    cause,
    remedy: 'Run the command as the user to whom the daemon belongs.',
  });
}
