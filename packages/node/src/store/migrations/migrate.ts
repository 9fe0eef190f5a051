import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { CHANNELS } from './0001-channels.ts';
import { GENERATION } from './0002-generation.ts';
import type { Migration } from './migration.ts';

/** In order; each file beside this one holds one. */
const MIGRATIONS: readonly Migration[] = [CHANNELS, GENERATION];

/** The schema that this program reads and writes. */
const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a database to {@link SCHEMA_VERSION}, each step in one transaction with its number: what ends in between is at one version
 * or the next, never between them.
 *
 * @throws StoreError `foreign` when it is of a newer version; it is not touched then
 */
export function migrate(database: DatabaseSync, path: string): void {
  const version = versionOf(database);
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      'foreign',
      `${path} has schema version ${version}, this program knows those up to ${SCHEMA_VERSION}`,
      {
        remedy: 'Use the version of Prometheus that wrote this data, or a newer one, or another data folder.',
      },
    );
  }
  for (const migration of MIGRATIONS.slice(version)) {
    database.exec('BEGIN IMMEDIATE');
    try {
      migration.up(database);
      database.exec(`PRAGMA user_version = ${migration.version}; COMMIT;`);
    } catch (cause) {
      database.exec('ROLLBACK');
      throw cause;
    }
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}
