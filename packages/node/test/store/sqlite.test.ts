import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { utf8 } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Commit, Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

let folder: string;
let path: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-store-'));
  path = join(folder, 'deep', 'node.sqlite');
  store = openSqliteStore(path);
});
afterEach(async () => {
  await store.close().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

const step = (changes: Partial<Commit> = {}): Commit => ({
  channel: 'client:1',
  events: [utf8('event 1')],
  state: utf8('state 1'),
  outbox: [
    { kind: 'message', to: 'worker', payload: utf8('to W') },
    { kind: 'task', to: '', payload: utf8('do this') },
  ],
  completes: undefined,
  ...changes,
});
const texts = (list: readonly Uint8Array[]): readonly string[] =>
  list.map((bytes) => new TextDecoder().decode(bytes));

/** Puts a database back as it was, without what came after; the mark beside it stays. */
function copyOf(file: string): () => void {
  const copy = `${file}.copy`;
  // Everything is in the one file when it is closed.
  copyFileSync(file, copy);
  return () => {
    rmSync(`${file}-wal`, { force: true });
    copyFileSync(copy, file);
  };
}

describe('store in SQLite', () => {
  it('keeps state, events and outbox of a commit together, over a restart', async () => {
    const entries = await store.commit(step());
    expect(entries.map(({ kind, to, channel }) => [kind, to, channel])).toEqual([
      ['message', 'worker', 'client:1'],
      ['task', '', 'client:1'],
    ]);
    await store.commit(
      step({ events: [utf8('event 2'), utf8('event 3')], state: utf8('state 2'), outbox: [] }),
    );
    await store.close();
    store = openSqliteStore(path);
    expect((await store.channels()).map(({ channel, state }) => [channel, ...texts([state])])).toEqual([
      ['client:1', 'state 2'],
    ]);
    expect(texts(await store.events('client:1'))).toEqual(['event 1', 'event 2', 'event 3']);
    expect(await store.events('client:2')).toEqual([]);
    expect(await store.pendingCount()).toBe(entries.length);
    expect((await store.pending()).map(({ sequence, payload }) => [sequence, ...texts([payload])])).toEqual(
      entries.map(({ sequence, payload }) => [sequence, ...texts([payload])]),
    );
  });

  it('a commit writes and deletes records too', async () => {
    await store.putRecord('old', utf8('a'));
    const records = [
      { key: 'old', value: null },
      { key: 'new', value: utf8('b') },
    ];
    await store.commit(step({ records }));
    expect(await store.record('old')).toBeUndefined();
    expect(await store.record('new')).toEqual(utf8('b'));
  });

  it('a commit that fails in the middle leaves nothing', async () => {
    await store.commit(step());
    const broken = step({
      events: [utf8('event 2')],
      records: [{ key: 'new', value: utf8('b') }],
      state: utf8('state 2'),
      outbox: [{ kind: 'rumour' as 'task', to: '', payload: utf8('x') }],
    });
    await expect(store.commit(broken)).rejects.toThrow(/CHECK constraint/);
    expect(texts((await store.channels()).map(({ state }) => state))).toEqual(['state 1']);
    expect(texts(await store.events('client:1'))).toEqual(['event 1']);
    expect(await store.pending()).toHaveLength(2);
    expect(await store.record('new')).toBeUndefined();
  });

  it('an outbox entry goes with the commit that completes it, or when it is finished, and its number is never used again', async () => {
    const [message, task] = await store.commit(step());
    await store.commit(step({ events: [utf8('done')], outbox: [], completes: task!.sequence }));
    expect((await store.pending()).map(({ sequence }) => sequence)).toEqual([message!.sequence]);
    await store.finish(message!.sequence);
    expect(await store.pending()).toEqual([]);
    const [next] = await store.commit(step());
    expect(next!.sequence).toBeGreaterThan(task!.sequence);
  });

  it('records: written, written over, written only if absent, deleted', async () => {
    expect(await store.record('pledge:1')).toBeUndefined();
    expect(await store.putRecord('pledge:1', utf8('a'), { ifAbsent: true })).toBe(true);
    expect(await store.putRecord('pledge:1', utf8('b'), { ifAbsent: true })).toBe(false);
    expect(texts([(await store.record('pledge:1'))!])).toEqual(['a']);
    expect(await store.putRecord('pledge:1', utf8('b'))).toBe(true);
    expect(texts([(await store.record('pledge:1'))!])).toEqual(['b']);
    await store.deleteRecord('pledge:1');
    expect(await store.record('pledge:1')).toBeUndefined();
  });

  it('is readable by its owner only, with everything that SQLite puts beside it', async () => {
    await store.commit(step());
    const files = readdirSync(join(folder, 'deep'));
    expect(files).toContain('node.sqlite');
    for (const file of files) expect(statSync(join(folder, 'deep', file)).mode & 0o777, file).toBe(0o600);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
  });

  it('tightens the mode of a file that others could read', async () => {
    await store.close();
    chmodSync(path, 0o644);
    store = openSqliteStore(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('refuses a second process with code "locked", and says what to do', async () => {
    await store.commit(step());
    const script = `
      import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite.ts'))};
      try { openSqliteStore(${JSON.stringify(path)}); console.log('opened'); }
      catch (error) { console.log(error.code, error.remedy); }
    `;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--no-warnings', '-e', script], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^locked Stop the other process/);
    expect(texts(await store.events('client:1'))).toEqual(['event 1']);
  });

  it('refuses data of a newer version with code "foreign", and leaves it alone', async () => {
    await store.close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(path);
    expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: 'foreign' }));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('brings data of version 1 to this one: nothing is lost, and it goes on', async () => {
    const old = join(folder, 'old', 'node.sqlite');
    mkdirSync(dirname(old));
    copyFileSync(join(import.meta.dirname, 'fixtures', 'version-1.sqlite'), old);
    const migrated = openSqliteStore(old);
    expect((await migrated.channels()).map(({ channel, state }) => [channel, ...texts([state])])).toEqual([
      ['client:1', 'state 2'],
    ]);
    expect(texts(await migrated.events('client:1'))).toEqual(['event 1', 'event 2']);
    expect((await migrated.pending()).map(({ sequence, to }) => [sequence, to])).toEqual([[1, 'worker']]);
    expect(texts([(await migrated.record('pledge:1'))!])).toEqual(['a']);
    const [next] = await migrated.commit(step());
    expect(next!.sequence).toBe(3);
    await migrated.close();
    const database = new DatabaseSync(old);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    database.close();
  });

  it('refuses what is no database, or a damaged one, with code "unreadable"', async () => {
    const other = join(folder, 'other.sqlite');
    writeFileSync(
      other,
      'this is a letter to my aunt, long enough to be no database header at all, believe me',
    );
    expect(() => openSqliteStore(other)).toThrow(expect.objectContaining({ code: 'unreadable' }));
    expect(existsSync(other)).toBe(true);

    await store.close();
    writeFileSync(path, new Uint8Array(4096).fill(7), { flag: 'r+' });
    rmSync(`${path}-wal`, { force: true });
    expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });

  it('refuses a truncated database, and one whose pages are damaged', async () => {
    for (let i = 0; i < 40; i++) await store.putRecord(`record:${i}`, new Uint8Array(4_000).fill(i));
    await store.close();
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 16_384));
    expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: 'unreadable' }));
    const damaged = Uint8Array.from(whole);
    // The tree pages of the largest table.
    damaged.fill(0xa5, 4_096 * 5, 4_096 * 12);
    writeFileSync(path, damaged);
    expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: 'unreadable' }));
    writeFileSync(path, whole);
    store = openSqliteStore(path);
    expect((await store.record('record:7'))?.[0]).toBe(7);
  });

  it('a full disk: code "full", the commit leaves nothing, and goes on when there is room', async () => {
    await store.close();
    const size = statSync(path).size;
    const small = openSqliteStore(path, { maxBytes: size + 8_192 });
    await small.commit(step());
    const large = step({ events: [new Uint8Array(50_000)], state: utf8('state 2') });
    await expect(small.commit(large)).rejects.toMatchObject({ code: 'full' });
    await expect(small.putRecord('x', new Uint8Array(50_000))).rejects.toMatchObject({ code: 'full' });
    expect(texts((await small.channels()).map(({ state }) => state))).toEqual(['state 1']);
    expect(await small.pending()).toHaveLength(2);
    expect(await small.record('x')).toBeUndefined();
    await small.commit(step({ events: [], state: utf8('state 3'), outbox: [] }));
    await small.close();
    store = openSqliteStore(path);
    await store.commit(large);
    expect(texts((await store.channels()).map(({ state }) => state))).toEqual(['state 2']);
  });
});

/** The descriptors of this process for a file; Linux shows them. */
const descriptorsOf = (file: string): readonly number[] =>
  readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`) === file;
      } catch {
        return false;
      }
    });

describe.runIf(process.platform === 'linux')('a mark that cannot be written', () => {
  it('leaves the commit before it done and said to be done, and lets nothing more be committed', async () => {
    for (const descriptor of descriptorsOf(`${path}.mark`)) closeSync(descriptor);
    const entries = await store.commit(step());
    expect(entries).toHaveLength(2);
    expect(await store.pending()).toEqual(entries);
    const more = store.commit(step({ state: utf8('state 2') }));
    await expect(more).rejects.toEqual(expect.objectContaining({ code: 'unreadable' }));
    expect(texts((await store.channels()).map(({ state }) => state))).toEqual(['state 1']);
  });
});

describe('an older copy of a database', () => {
  it('is refused with code "stale" after a single commit since, whose messages others may have', async () => {
    await store.commit(step());
    await store.close();
    const putBack = copyOf(path);
    store = openSqliteStore(path);
    await store.commit(step({ state: utf8('state 2') }));
    await store.close();
    putBack();
    expect(() => openSqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'stale', message: expect.stringMatching(/ends 1 changes? before/) }),
    );
  });

  it('is refused when its mark is gone, cut, or of another database, as after a move of the one file alone', async () => {
    await store.commit(step());
    await store.close();
    const mark = readFileSync(`${path}.mark`);
    const other = Uint8Array.from(mark);
    other[0]! ^= 1;
    for (const bytes of [undefined, mark.subarray(0, 23), other]) {
      rmSync(`${path}.mark`);
      if (bytes !== undefined) writeFileSync(`${path}.mark`, bytes);
      expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: 'stale' }));
    }
    writeFileSync(`${path}.mark`, mark);
    store = openSqliteStore(path);
    expect(texts((await store.channels()).map(({ state }) => state))).toEqual(['state 1']);
  });

  it('is none when the process has ended between a commit and its mark', async () => {
    await store.commit(step());
    const before = readFileSync(`${path}.mark`);
    await store.commit(step({ state: utf8('state 2') }));
    await store.close();
    writeFileSync(`${path}.mark`, before);
    store = openSqliteStore(path);
    expect(texts((await store.channels()).map(({ state }) => state))).toEqual(['state 2']);
    expect(readFileSync(`${path}.mark`).equals(before)).toBe(false);
  });
});
