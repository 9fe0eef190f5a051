import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOutputFolder, writeWhole } from '../../src/result/write.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeWhole', () => {
  it('writes into a new folder and replaces what is there', () => {
    const output = join(folder, 'new', 'deeper');
    writeWhole(output, [{ name: 'a', contents: 'old' }]);
    expect(writeWhole(output, [{ name: 'a', contents: Uint8Array.of(1, 2) }])).toEqual([join(output, 'a')]);
    expect([...readFileSync(join(output, 'a'))]).toEqual([1, 2]);
    expect(readdirSync(output)).toEqual(['a']);
  });

  it('output-unwritable: a failure leaves nothing half-written and keeps what was there', () => {
    writeFileSync(join(folder, 'a'), 'before');
    const files = [
      { name: 'a', contents: 'after' },
      { name: join('missing', 'b'), contents: 'x' },
    ];
    expect(() => writeWhole(folder, files)).toThrow(expect.objectContaining({ code: 'output-unwritable' }));
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('before');
  });
});

describe('checkOutputFolder', () => {
  it('output-unwritable: a file in the place of the folder', () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    expect(() => checkOutputFolder(join(folder, 'file'))).toThrow(
      expect.objectContaining({ code: 'output-unwritable' }),
    );
    expect(() => checkOutputFolder(join(folder, 'folder'))).not.toThrow();
    expect(() => checkOutputFolder(join(folder, 'not-yet'))).not.toThrow();
  });
});
