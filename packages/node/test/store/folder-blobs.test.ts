import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
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

  it('leaves one file per hash, readable by its owner only, also when it is put twice at once', async () => {
    const blobs = folderBlobs(folder);
    await Promise.all([blobs.put(hash, new Uint8Array(9)), blobs.put(hash, new Uint8Array(9))]);
    expect(readdirSync(folder)).toEqual([toHex(hash)]);
    expect(statSync(join(folder, toHex(hash))).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});
