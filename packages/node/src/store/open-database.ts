import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './errors.ts';
import { migrate } from './migrations/migrate.ts';

/** How a database is opened. */
export interface DatabaseOptions {
  /** FULL: a commit is on the disk when it returns. */
  readonly synchronous: 'FULL' | 'OFF';
  /** Bytes that the file may have at most; undefined: as many as the disk has. */
  readonly maxBytes: number | undefined;
}

/**
 * Opens a database file for this process alone, readable by its owner only, whole, and at this program's version.
 *
 * @throws StoreError `locked`, `foreign`, `unreadable`
 */
export function openDatabase(path: string, options: DatabaseOptions): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Before SQLite opens it: what it puts beside the file gets the file's mode.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  try {
    database.exec(
      `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.synchronous};`,
    );
    // Takes the lock, which stays.
    database.exec('BEGIN EXCLUSIVE; COMMIT;');
    checkWhole(database, path);
    migrate(database, path);
    if (options.maxBytes !== undefined) limit(database, options.maxBytes);
    return database;
  } catch (cause) {
    database.close();
    if (cause instanceof StoreError) throw cause;
    const locked = cause instanceof Error && /locked|busy/i.test(cause.message);
    if (!locked) throw unreadable(path, cause);
    throw new StoreError('locked', `${path} is in use by another process`, {
      cause,
      remedy: 'Stop the other process, or give this one a data folder of its own.',
    });
  }
}

/** Every page and every row can be read; indices are compared by `PRAGMA integrity_check` only, which takes longer. */
function checkWhole(database: DatabaseSync, path: string): void {
  const rows = database.prepare('PRAGMA quick_check(1)').all();
  const [first] = rows;
  const said = String(first?.quick_check ?? first?.integrity_check);
  if (said !== 'ok') throw unreadable(path, new Error(said));
}

function limit(database: DatabaseSync, maxBytes: number): void {
  const size = Number(database.prepare('PRAGMA page_size').get()?.page_size);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / size))}`);
}

function unreadable(path: string, cause: unknown): StoreError {
  return new StoreError('unreadable', `${path} is damaged or no database`, {
    cause,
    remedy:
      'Look at the disk first. Without the newest database this node must not be started: `prometh recover` takes wallet coins ' +
      'and exits that are safe, from the words and the newest channel backup.',
  });
}
