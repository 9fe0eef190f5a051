import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Commit, OutboxEntry, OutboxItem, Store, StoredChannel } from '../ports/store.ts';
import { StoreError } from './errors.ts';

const SCHEMA = `
  CREATE TABLE channels (channel TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT;
  CREATE TABLE events (sequence INTEGER PRIMARY KEY, channel TEXT NOT NULL, event BLOB NOT NULL) STRICT;
  CREATE INDEX events_of_channel ON events (channel, sequence);
  CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'task')),
    recipient TEXT NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  CREATE TABLE records (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
`;
const SCHEMA_VERSION = 1;

/**
 * Store in one SQLite file, readable by its owner only. Every commit is durable when it returns (`synchronous=FULL`, unless told otherwise),
 * and the file is locked: a second process on the same data is refused.
 *
 * @param path - the database file; its folder is made when missing
 * @param options.powerLoss - `survive` unless the data is worth nothing after a power failure anyway, as on a chain in this
 *   process: a commit is then safe from a crash of the process alone, and does not wait for the disk
 * @throws StoreError `locked` when another process has it, `foreign` when it is of another version
 */
export function openSqliteStore(
  path: string,
  options: { readonly powerLoss?: 'survive' | 'ignore' } = {},
): Store {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Before SQLite opens it: what it puts beside the file gets the file's mode.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = openLocked(path, options.powerLoss === 'ignore' ? 'OFF' : 'FULL');

  const addEvent = database.prepare('INSERT INTO events (channel, event) VALUES (?, ?)');
  const putState = database.prepare(
    'INSERT INTO channels (channel, state) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET state = excluded.state',
  );
  const addOutbox = database.prepare(
    'INSERT INTO outbox (channel, kind, recipient, payload) VALUES (?, ?, ?, ?)',
  );
  const dropOutbox = database.prepare('DELETE FROM outbox WHERE sequence = ?');
  const readRecord = database.prepare('SELECT value FROM records WHERE key = ?');

  const atomically = <Result>(work: () => Result): Result => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (cause) {
      database.exec('ROLLBACK');
      throw cause;
    }
  };

  return {
    async commit(commit: Commit): Promise<readonly OutboxEntry[]> {
      return atomically(() => {
        for (const event of commit.events) addEvent.run(commit.channel, event);
        putState.run(commit.channel, commit.state);
        if (commit.completes !== undefined) dropOutbox.run(commit.completes);
        return commit.outbox.map((item) => {
          const { lastInsertRowid } = addOutbox.run(commit.channel, item.kind, item.to, item.payload);
          return { ...item, channel: commit.channel, sequence: Number(lastInsertRowid) };
        });
      });
    },
    async channels(): Promise<readonly StoredChannel[]> {
      const rows = database.prepare('SELECT channel, state FROM channels ORDER BY rowid').all();
      return rows.map((row) => ({ channel: row.channel as string, state: row.state as Uint8Array }));
    },
    async events(channel: string): Promise<readonly Uint8Array[]> {
      const rows = database
        .prepare('SELECT event FROM events WHERE channel = ? ORDER BY sequence')
        .all(channel);
      return rows.map((row) => row.event as Uint8Array);
    },
    async pending(): Promise<readonly OutboxEntry[]> {
      const rows = database
        .prepare('SELECT sequence, channel, kind, recipient, payload FROM outbox ORDER BY sequence')
        .all();
      return rows.map((row) => {
        const item = { kind: row.kind, to: row.recipient, payload: row.payload } as OutboxItem;
        return { ...item, sequence: Number(row.sequence), channel: row.channel as string };
      });
    },
    async finish(sequence: number): Promise<void> {
      dropOutbox.run(sequence);
    },
    async record(key: string): Promise<Uint8Array | undefined> {
      return readRecord.get(key)?.value as Uint8Array | undefined;
    },
    async putRecord(key, value, options = {}): Promise<boolean> {
      const clause = options.ifAbsent ? 'DO NOTHING' : 'DO UPDATE SET value = excluded.value';
      const { changes } = database
        .prepare(`INSERT INTO records (key, value) VALUES (?, ?) ON CONFLICT (key) ${clause}`)
        .run(key, value);
      return Number(changes) === 1;
    },
    async deleteRecord(key: string): Promise<void> {
      database.prepare('DELETE FROM records WHERE key = ?').run(key);
    },
    async close(): Promise<void> {
      database.close();
    },
  };
}

function openLocked(path: string, synchronous: 'FULL' | 'OFF'): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`,
    );
    database.exec('BEGIN EXCLUSIVE');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version === 0) database.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
    else if (version !== SCHEMA_VERSION) {
      throw new StoreError(
        'foreign',
        `${path} has schema version ${version}, this program knows ${SCHEMA_VERSION}`,
        {
          remedy: 'Use the version of Prometheus that wrote this data, or another data folder.',
        },
      );
    }
    database.exec('COMMIT');
    return database;
  } catch (cause) {
    database.close();
    if (cause instanceof StoreError) throw cause;
    const locked = cause instanceof Error && /locked|busy/i.test(cause.message);
    throw new StoreError(
      locked ? 'locked' : 'unreadable',
      locked ? `${path} is in use by another process` : `${path} cannot be opened as a database`,
      {
        cause,
        remedy: locked
          ? 'Stop the other process, or give this one a data folder of its own.'
          : 'Restore the file from a backup, or start with a new data folder.',
      },
    );
  }
}
