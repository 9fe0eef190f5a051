import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedFromMnemonic } from '@prometheus-compute/bitcoin';
import { toHex } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeKeystore, encodeKeystore } from '../../src/keystore/format.ts';
import { identitySeed } from '../../src/keystore/identity.ts';
import { createKeystore, inspectKeystore, openKeystore } from '../../src/keystore/keystore.ts';
import { passphraseBytes, readPassphraseFile } from '../../src/keystore/passphrase.ts';
import { masterSecret } from '../../src/signer/local-signer.ts';

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const PASSPHRASE = 'four words are enough';
/** The least that the format takes: tests need no security. */
const CHEAP = { log2N: 14, p: 1 };
const seed = seedFromMnemonic(WORDS);
const bytes = (text: string) => passphraseBytes(text);
const entropy = (length: number) => new Uint8Array(length).map((_, i) => i);

let folder = '';
let file = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-keystore-'));
  file = join(folder, 'keystore');
  await createKeystore(file, seed, bytes(PASSPHRASE), entropy, CHEAP);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the keystore with one change, which only its owner can read. */
function changed(change: (contents: Uint8Array) => Uint8Array): string {
  const path = join(folder, 'changed');
  writeFileSync(path, change(new Uint8Array(readFileSync(file))), { mode: 0o600 });
  return path;
}
const failure = (code: string) => expect.objectContaining({ code });

describe('keystore file', () => {
  it('gives the seed back for its passphrase, is 147 bytes of mode 0600, and leaves no draft behind', async () => {
    expect(await openKeystore(file, bytes(PASSPHRASE))).toEqual(seed);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const contents = readFileSync(file);
    expect(contents).toHaveLength(147);
    expect(contents.includes(Buffer.from(seed.subarray(0, 8)))).toBe(false);
    expect(readdirSync(folder)).toEqual(['keystore']);
  });

  it('takes a passphrase in another Unicode form for the same', async () => {
    const path = join(folder, 'unicode');
    await createKeystore(path, seed, bytes('gr\u00fc\u00dfe aus z\u00fcrich'), entropy, CHEAP);
    expect(await openKeystore(path, bytes('gru\u0308\u00dfe aus zu\u0308rich'))).toEqual(seed);
    rmSync(path);
  });

  it('keystore-locked: a wrong passphrase and a damaged file look the same', async () => {
    await expect(openKeystore(file, bytes('four words are enougH'))).rejects.toThrow(
      /wrong passphrase or damaged file/,
    );
    // Salt, nonce, seed, tag: every byte behind the parameters.
    for (const at of [11, 43, 67, 130, 146]) {
      const path = changed((contents) => contents.map((byte, i) => (i === at ? byte ^ 1 : byte)));
      await expect(openKeystore(path, bytes(PASSPHRASE))).rejects.toEqual(failure('keystore-locked'));
    }
  });

  it('authenticates its own parameters', async () => {
    const path = changed((contents) => contents.map((byte, i) => (i === 10 ? 2 : byte)));
    await expect(openKeystore(path, bytes(PASSPHRASE))).rejects.toEqual(failure('keystore-locked'));
  });

  it.each([
    ['magic', (c: Uint8Array) => c.map((byte, i) => (i === 7 ? 0x32 : byte))],
    ['a byte more', (c: Uint8Array) => Uint8Array.of(...c, 0)],
    ['a byte less', (c: Uint8Array) => c.slice(0, -1)],
    ['nothing', () => new Uint8Array(0)],
    ['N = 2^19, which would take 512 MiB', (c: Uint8Array) => c.map((byte, i) => (i === 8 ? 19 : byte))],
    ['N = 2^13', (c: Uint8Array) => c.map((byte, i) => (i === 8 ? 13 : byte))],
    ['r = 9', (c: Uint8Array) => c.map((byte, i) => (i === 9 ? 9 : byte))],
    ['p = 0', (c: Uint8Array) => c.map((byte, i) => (i === 10 ? 0 : byte))],
    ['p = 5', (c: Uint8Array) => c.map((byte, i) => (i === 10 ? 5 : byte))],
  ])('keystore-malformed, before scrypt runs: %s', async (_, change) => {
    await expect(inspectKeystore(changed(change))).rejects.toEqual(failure('keystore-malformed'));
  });

  it('has one encoding: what decodes encodes to the same bytes', () => {
    const header = readFileSync(file).subarray(0, 8);
    fc.assert(
      fc.property(
        fc.integer({ min: 14, max: 18 }),
        fc.integer({ min: 1, max: 4 }),
        fc.uint8Array({ minLength: 136, maxLength: 136 }),
        (log2N, p, rest) => {
          const contents = Uint8Array.of(...header, log2N, 8, p, ...rest);
          expect(encodeKeystore(decodeKeystore(contents))).toEqual(contents);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keystore-exists: an existing file is not overwritten', async () => {
    const before = readFileSync(file);
    const other = seedFromMnemonic(WORDS, 'other');
    await expect(createKeystore(file, other, bytes(PASSPHRASE), entropy, CHEAP)).rejects.toEqual(
      failure('keystore-exists'),
    );
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('file-exposed: a keystore or a passphrase file that others may read is refused', async () => {
    const path = changed((contents) => contents);
    chmodSync(path, 0o640);
    await expect(openKeystore(path, bytes(PASSPHRASE))).rejects.toEqual(failure('file-exposed'));
    await expect(readPassphraseFile(path)).rejects.toEqual(failure('file-exposed'));
    rmSync(path);
  });

  it('keystore-missing: says how to make one', async () => {
    await expect(openKeystore(join(folder, 'none'), bytes(PASSPHRASE))).rejects.toEqual(
      expect.objectContaining({ code: 'keystore-missing', remedy: expect.stringContaining('prometh init') }),
    );
  });
});

describe('passphrase', () => {
  it('is the first line of its file', async () => {
    const path = join(folder, 'passphrase');
    writeFileSync(path, `${PASSPHRASE}\r\nand a note\n`, { mode: 0o600 });
    expect(await readPassphraseFile(path)).toEqual(bytes(PASSPHRASE));
    rmSync(path);
  });

  it.each(['', 'seven77', 'x'.repeat(1_025)])('passphrase-unusable: too short or too long (%#)', (text) => {
    expect(() => passphraseBytes(text)).toThrow(failure('passphrase-unusable'));
  });

  it('secret-file-unreadable: no file, a folder, or one that is much too long', async () => {
    const long = join(folder, 'long');
    writeFileSync(long, 'x'.repeat(2_000), { mode: 0o600 });
    for (const path of [join(folder, 'none'), folder, long]) {
      await expect(readPassphraseFile(path)).rejects.toEqual(failure('secret-file-unreadable'));
    }
    rmSync(long);
  });
});

describe('what is derived from the seed', () => {
  it('keys of the transport and of channels are apart, and fixed for ever', () => {
    expect(toHex(identitySeed(seed))).toBe(
      '9ac6f0d70d83a6a50a5fab0bd8f813a099bc53d6741e9c454e2c880ee9d83f31',
    );
    expect(toHex(masterSecret(seed))).toBe(
      'a5517faa34512b8ee056efa683dcc54e059a7c03cdf32e920719b84b5db66188',
    );
  });
});
