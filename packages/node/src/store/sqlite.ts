import type { Commit, OutboxEntry, OutboxItem, Store, StoredChannel } from '../ports/store.ts';
import { StoreError } from './errors.ts';
import { type Generation, GenerationMark, generationOf } from './generation.ts';
import { openDatabase } from './open-database.ts';

/** A store in a file, with what tells an older copy of it. */
export interface SqliteStore extends Store {
  /** How far it has come. */
  generation(): Generation;
}

/**
 * Store in one SQLite file, readable by its owner only. Every commit is durable when it returns (`synchronous=FULL`, unless told otherwise),
 * and the file is locked: a second process on the same data is refused. A mark beside it says how far it has come, so that an older
 * copy is refused as well. What cannot be written, on a full disk for example, is undone as a whole.
 *
 * @param path - the database file; its folder is made when missing
 * @param options.powerLoss - `survive` unless the data is worth nothing after a power failure anyway, as on a chain in this
 *   process: a commit is then safe from a crash of the process alone, and does not wait for the disk
 * @param options.maxBytes - what the file may grow to
 * @throws StoreError `locked`, `foreign` when it is of a newer version, `unreadable`, `stale`
 */
export function openSqliteStore(
  path: string,
  options: { readonly powerLoss?: 'survive' | 'ignore'; readonly maxBytes?: number } = {},
): SqliteStore {
  const survives = options.powerLoss !== 'ignore';
  const database = openDatabase(path, {
    synchronous: survives ? 'FULL' : 'OFF',
    maxBytes: options.maxBytes,
  });
  const mark = openMark();
  const { lineage, number: opened } = generationOf(database);
  let number = opened;

  function openMark(): GenerationMark {
    try {
      return GenerationMark.open(`${path}.mark`, database, survives);
    } catch (cause) {
      database.close();
      throw cause;
    }
  }

  const addEvent = database.prepare('INSERT INTO events (channel, event) VALUES (?, ?)');
  const putState = database.prepare(
    'INSERT INTO channels (channel, state) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET state = excluded.state',
  );
  const addOutbox = database.prepare(
    'INSERT INTO outbox (channel, kind, recipient, payload) VALUES (?, ?, ?, ?)',
  );
  const dropOutbox = database.prepare('DELETE FROM outbox WHERE sequence = ?');
  const countOutbox = database.prepare('SELECT COUNT(*) AS count FROM outbox');
  const readRecord = database.prepare('SELECT value FROM records WHERE key = ?');

  const advance = database.prepare('UPDATE generation SET number = ?');
  const putRecord = database.prepare(
    'INSERT INTO records (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const addRecord = database.prepare(
    'INSERT INTO records (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING',
  );
  const dropRecord = database.prepare('DELETE FROM records WHERE key = ?');

  /** The mark says less than what is committed: it could not be written. */
  let isMarkBehind = false;
  const writeMark = (): void => {
    isMarkBehind = true;
    mark.write({ lineage, number });
    isMarkBehind = false;
  };

  /**
   * One transaction, and one generation. It is undone as a whole where any of it fails. Once it is committed, whoever asked for it hears so, whatever
   * becomes of the mark: somebody who took it for undone would take another step in its place. Nothing more is committed
   * before the mark is written.
   */
  const atomically = <Result>(work: () => Result): Result => {
    if (isMarkBehind) {
      try {
        writeMark();
      } catch (cause) {
        throw unmarked(path, cause);
      }
    }
    let result: Result;
    try {
      database.exec('BEGIN IMMEDIATE');
      result = work();
      advance.run(number + 1);
      database.exec('COMMIT');
    } catch (cause) {
      // A full disk has undone it already.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw isFull(cause) ? full(path, cause) : cause;
    }
    number += 1;
    try {
      writeMark();
    } catch {
      // Said at the next commit, which comes to nothing.
    }
    return result;
  };

  return {
    async commit(commit: Commit): Promise<readonly OutboxEntry[]> {
      return atomically(() => {
        for (const event of commit.events) addEvent.run(commit.channel, event);
        putState.run(commit.channel, commit.state);
        if (commit.completes !== undefined) dropOutbox.run(commit.completes);
        for (const { key, value } of commit.records ?? []) {
          if (value === null) dropRecord.run(key);
          else putRecord.run(key, value);
        }
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
    async pendingCount(): Promise<number> {
      return Number(countOutbox.get()?.count);
    },
    async finish(sequence: number): Promise<void> {
      dropOutbox.run(sequence);
    },
    async record(key: string): Promise<Uint8Array | undefined> {
      return readRecord.get(key)?.value as Uint8Array | undefined;
    },
    async putRecord(key, value, options = {}): Promise<boolean> {
      return atomically(
        () => Number((options.ifAbsent ? addRecord : putRecord).run(key, value).changes) === 1,
      );
    },
    async deleteRecord(key: string): Promise<void> {
      atomically(() => dropRecord.run(key));
    },
    generation: () => ({ lineage, number }),
    async close(): Promise<void> {
      try {
        mark.close();
      } finally {
        database.close();
      }
    },
  };
}

/** SQLite's own page limit, or the disk's end. */
function isFull(cause: unknown): boolean {
  return (
    cause instanceof Error &&
    (/disk is full/i.test(cause.message) || ('code' in cause && cause.code === 'ENOSPC'))
  );
}

function unmarked(path: string, cause: unknown): StoreError {
  return new StoreError('unreadable', `the mark beside ${path} cannot be written`, {
    cause,
    remedy:
      'Check the disk. Until the mark is written this node takes no step and sends nothing new; what it has stored is whole.',
  });
}

function full(path: string, cause: unknown): StoreError {
  return new StoreError('full', `nothing more can be written to ${path}`, {
    cause,
    remedy:
      'Make room on the disk. Until then this node takes no step and sends nothing new; what it has stored is whole.',
  });
}
