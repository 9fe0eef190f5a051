import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { concatBytes, equalBytes, fromLittleEndian, littleEndian } from '@prometheus-compute/protocol';
import { syncFolderNow } from '../files/sync-folder.ts';
import { StoreError } from './errors.ts';

/** Random bytes that name a database for as long as it lives. */
const LINEAGE_BYTES = 16;
const NUMBER_BYTES = 8;
const MARK_BYTES = LINEAGE_BYTES + NUMBER_BYTES;

/** How far a database has come: a copy of it from an earlier time has the same lineage and a lower number. */
export interface Generation {
  readonly lineage: Uint8Array;
  /** Changes that were committed since it was made. */
  readonly number: number;
}

/** The row of a database. */
export function generationOf(database: DatabaseSync): Generation {
  const row = database.prepare('SELECT lineage, number FROM generation').get();
  return { lineage: row?.lineage as Uint8Array, number: Number(row?.number) };
}

/**
 * The mark beside a database: lineage (16) and number (u64 little-endian), written after every commit and before anybody sees what it
 * caused. A process that ends in between leaves a mark that is behind its database; one that is ahead of it shows that the database
 * is an older copy.
 */
export class GenerationMark {
  readonly #file: number;
  readonly #sync: boolean;

  /** @param sync - whether it has to survive a power failure */
  private constructor(file: number, sync: boolean) {
    this.#file = file;
    this.#sync = sync;
  }

  /**
   * Opens the mark of a database and compares the two.
   *
   * @throws StoreError `stale` when the database is an older copy, or one without its mark
   */
  static open(path: string, database: DatabaseSync, sync: boolean): GenerationMark {
    const current = generationOf(database);
    const file = openSync(path, 'a+', 0o600);
    closeSync(file);
    const mark = new GenerationMark(openSync(path, 'r+', 0o600), sync);
    try {
      mark.#compare(current);
      mark.write(current);
      if (sync) syncFolderNow(dirname(path));
      return mark;
    } catch (cause) {
      mark.close();
      throw cause;
    }
  }

  write({ lineage, number }: Generation): void {
    // Shorter than a sector: it is written as a whole.
    writeSync(this.#file, concatBytes(lineage, littleEndian(BigInt(number), NUMBER_BYTES)), 0, MARK_BYTES, 0);
    if (this.#sync) fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #compare({ lineage, number }: Generation): void {
    const bytes = new Uint8Array(MARK_BYTES + 1);
    const length = readSync(this.#file, bytes, 0, bytes.length, 0);
    // A database that has never been written to has no mark.
    if (length === 0 && number === 0) return;
    if (length !== MARK_BYTES) throw stale('its mark is missing or damaged');
    if (!equalBytes(bytes.subarray(0, LINEAGE_BYTES), lineage))
      throw stale('its mark is of another database');
    const marked = Number(fromLittleEndian(bytes.subarray(LINEAGE_BYTES, MARK_BYTES)));
    if (marked > number)
      throw stale(`it ends ${marked - number} changes before what this node has written last`);
  }
}

/**
 * What an older copy is refused with. Its states may have been left long ago: what is signed or published from one can be a second
 * answer to what was answered already, and loses stakes.
 */
export function stale(reason: string): StoreError {
  return new StoreError('stale', `the database was put back from a copy: ${reason}`, {
    remedy:
      'Put the newest database back, with all files beside it. If there is none, do not start this node: ' +
      '`prometh recover` takes wallet coins and exits that are safe, from the words and the newest channel backup.',
  });
}
