import { access } from 'node:fs/promises';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { writePrivateFile } from '../files/private-file.ts';
import { KeystoreError } from './errors.ts';
import {
  DEFAULT_COST,
  decodeKeystore,
  encodeKeystore,
  type Keystore,
  keystoreHeader,
  RANDOM_BYTES,
  type ScryptCost,
  SEED_BYTES,
} from './format.ts';
import { readSecretFile } from './secret-file.ts';

/** Far above the format's one length: what is longer is refused before it is read. */
const LARGEST_FILE = 4_096;
const KEY_BYTES = 32;

/** Whether a keystore is at this path; nothing of it is read. */
export async function hasKeystore(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Encrypts a BIP39 seed into a new file of mode 0600 (docs/node.md, "The keystore file").
 *
 * @param seed - 64 bytes; the caller wipes them
 * @param passphrase - of {@link passphraseBytes}; the caller wipes them
 * @param entropy - for salt and nonce
 * @throws KeystoreError `keystore-exists`
 */
export async function createKeystore(
  path: string,
  seed: Uint8Array,
  passphrase: Uint8Array,
  entropy: (length: number) => Uint8Array,
  cost: ScryptCost = DEFAULT_COST,
): Promise<void> {
  if (seed.length !== SEED_BYTES) throw new RangeError(`a BIP39 seed has ${SEED_BYTES} bytes`);
  const parts = { cost, salt: entropy(RANDOM_BYTES.salt), nonce: entropy(RANDOM_BYTES.nonce) };
  const key = await derivedKey(passphrase, parts);
  const sealed = xchacha20poly1305(key, parts.nonce, keystoreHeader(parts)).encrypt(seed);
  key.fill(0);
  if (!(await writePrivateFile(path, encodeKeystore({ ...parts, sealed })))) {
    throw new KeystoreError('keystore-exists', `${path} is there already and was not touched`, {
      remedy: 'Use it, or name another data folder. Move it away only when its words are written down.',
    });
  }
}

/**
 * Decrypts the seed of a keystore file. The caller wipes it as soon as keys are derived from it.
 *
 * @throws KeystoreError `keystore-missing`, `file-exposed`, `keystore-malformed`, `keystore-locked`
 */
export async function openKeystore(path: string, passphrase: Uint8Array): Promise<Uint8Array> {
  const keystore = decodeKeystore(await readKeystore(path));
  const key = await derivedKey(passphrase, keystore);
  try {
    return xchacha20poly1305(key, keystore.nonce, keystoreHeader(keystore)).decrypt(keystore.sealed);
  } catch (cause) {
    throw new KeystoreError('keystore-locked', `${path} does not open: wrong passphrase or damaged file`, {
      cause,
      remedy:
        'Try the passphrase again. If it is right, restore the file from a copy, or the wallet from its words.',
    });
  } finally {
    key.fill(0);
  }
}

/**
 * A keystore file's form, permissions and limits, without its passphrase.
 *
 * @throws KeystoreError `keystore-missing`, `file-exposed`, `keystore-malformed`, `secret-file-unreadable`
 */
export async function inspectKeystore(path: string): Promise<ScryptCost> {
  return decodeKeystore(await readKeystore(path)).cost;
}

async function readKeystore(path: string): Promise<Uint8Array> {
  if (!(await hasKeystore(path))) {
    throw new KeystoreError('keystore-missing', `there is no keystore at ${path}`, {
      remedy: 'Make a wallet with `prometh init`.',
    });
  }
  return readSecretFile(path, LARGEST_FILE);
}

async function derivedKey(
  passphrase: Uint8Array,
  { cost, salt }: Pick<Keystore, 'cost' | 'salt'>,
): Promise<Uint8Array> {
  return scryptAsync(passphrase, salt, { N: 2 ** cost.log2N, r: 8, p: cost.p, dkLen: KEY_BYTES });
}
