import type { Migration } from './migration.ts';

/** State, log and outbox of channels, and the node's own records. */
export const CHANNELS: Migration = {
  version: 1,
  up: (database) => {
    database.exec(`
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
    `);
  },
};
