import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash32, toHex } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderBlobs } from '../../src/store/folder-blobs.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'prometheus-blobs-')), 'blobs');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const hash = hash32(new Uint8Array(32).fill(5));

describe('blobs in a folder', () => {
  it('gives back what was put, and nothing for another hash', async () => {
    const blobs = folderBlobs(folder);
    await blobs.put(hash, new Uint8Array([1, 2, 3]));
    expect(await folderBlobs(folder).get(hash)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await blobs.get(hash32(new Uint8Array(32)))).toBeUndefined();
  });

  it('gives back parts, with the size of the whole', async () => {
    const blobs = folderBlobs(folder);
    await blobs.put(hash, new Uint8Array([1, 2, 3, 4, 5]));
    const part = async (offset: number, length: number) => {
      const { total, bytes } = (await blobs.part(hash, offset, length))!;
      expect(total).toBe(5);
      return [...bytes];
    };
    expect(await part(0, 2)).toEqual([1, 2]);
    expect(await part(2, 2)).toEqual([3, 4]);
    expect(await part(3, 9)).toEqual([4, 5]);
    expect(await part(0, 0)).toEqual([]);
    expect(await part(5, 1)).toEqual([]);
    expect(await part(6, 1)).toEqual([]);
    expect(await blobs.part(hash32(new Uint8Array(32)), 0, 1)).toBeUndefined();
  });

  it('keeps what has come of a content from each source, over a restart, until it is whole or not wanted', async () => {
    const draft = await folderBlobs(folder).draft(hash, 'one');
    expect(draft.length).toBe(0);
    await draft.append(new Uint8Array([1, 2]));
    await draft.append(new Uint8Array([3]));
    const again = await folderBlobs(folder).draft(hash, 'one');
    expect(again.length).toBe(3);
    const blobs = folderBlobs(folder);
    const other = await blobs.draft(hash, 'another');
    expect(other.length).toBe(0);
    await other.append(new Uint8Array([9]));
    expect(await again.read()).toEqual(new Uint8Array([1, 2, 3]));
    expect(await blobs.get(hash)).toBeUndefined();
    await again.keep();
    expect(await blobs.get(hash)).toEqual(new Uint8Array([1, 2, 3]));
    expect(statSync(join(folder, toHex(hash))).mode & 0o777).toBe(0o600);
    expect(await other.read()).toEqual(new Uint8Array([9]));
    await other.discard();
    expect(other.length).toBe(0);
    expect(readdirSync(join(folder, 'drafts'))).toEqual([]);
    await other.append(new Uint8Array([7]));
    expect(await other.read()).toEqual(new Uint8Array([7]));
  });

  it('a draft takes bytes into any place, and keeps what is there', async () => {
    const draft = await folderBlobs(folder).draft(hash, 'one');
    await draft.write(3, new Uint8Array([4, 5]));
    expect(draft.length).toBe(5);
    const again = await folderBlobs(folder).draft(hash, 'one');
    expect(again.length).toBe(5);
    await again.write(0, new Uint8Array([1, 2, 3]));
    expect(again.length).toBe(5);
    expect(await again.part(1, 3)).toEqual(new Uint8Array([2, 3, 4]));
    expect(await again.part(4, 9)).toEqual(new Uint8Array([5]));
    expect(await again.part(9, 1)).toEqual(new Uint8Array(0));
    await again.keep();
    expect(await folderBlobs(folder).get(hash)).toEqual(new Uint8Array([1, 2, 3, 4, 5]));
  });

  it('a draft of which nothing has come for a month is thrown away', async () => {
    const draft = await folderBlobs(folder).draft(hash, 'one');
    await draft.append(new Uint8Array(5));
    const [name] = readdirSync(join(folder, 'drafts'));
    const days = (count: number) => Date.now() / 1_000 - count * 86_400;
    utimesSync(join(folder, 'drafts', name!), days(29), days(29));
    expect((await folderBlobs(folder).draft(hash, 'one')).length).toBe(5);
    utimesSync(join(folder, 'drafts', name!), days(31), days(31));
    expect((await folderBlobs(folder).draft(hash, 'one')).length).toBe(0);
  });

  it('leaves one file per hash, readable by its owner only, also when it is put twice at once', async () => {
    const blobs = folderBlobs(folder);
    await Promise.all([blobs.put(hash, new Uint8Array(9)), blobs.put(hash, new Uint8Array(9))]);
    expect(readdirSync(folder)).toEqual([toHex(hash)]);
    expect(statSync(join(folder, toHex(hash))).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('throws away what an earlier process was writing when it ended, and what it cannot finish itself', async () => {
    const blobs = folderBlobs(folder);
    await blobs.put(hash, new Uint8Array(9));
    writeFileSync(join(folder, '.half'), 'half of a conte');
    expect(await folderBlobs(folder).get(hash)).toEqual(new Uint8Array(9));
    expect(readdirSync(folder)).toEqual([toHex(hash)]);
    // Nothing can be put in the place of a folder.
    const taken = hash32(new Uint8Array(32).fill(6));
    mkdirSync(join(folder, toHex(taken), 'x'), { recursive: true });
    await expect(blobs.put(taken, new Uint8Array(9))).rejects.toThrow();
    expect(readdirSync(folder).toSorted()).toEqual([toHex(hash), toHex(taken)].toSorted());
  });
});
