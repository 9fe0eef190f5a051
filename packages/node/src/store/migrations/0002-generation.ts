import type { Migration } from './migration.ts';

/**
 * How often this file was opened, which a file beside it says too: a copy of the database that is put back says less. One row.
 */
export const GENERATION: Migration = {
  version: 2,
  up: (database) => {
    database.exec(`
      CREATE TABLE generation (only INTEGER PRIMARY KEY CHECK (only = 1), lineage BLOB NOT NULL, number INTEGER NOT NULL) STRICT;
      INSERT INTO generation (only, lineage, number) VALUES (1, randomblob(16), 0);
    `);
  },
};
