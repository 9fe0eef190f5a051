import { utf8 } from '@prometheus-compute/protocol';
import { KeystoreError } from './errors.ts';
import { readSecretFile } from './secret-file.ts';

/** Shorter ones are found by trying; scrypt makes a try cost half a second, not a year. */
const LEAST_CHARACTERS = 8;
/** Nobody types more; a file that is longer is another file. */
const MOST_BYTES = 1_024;

/**
 * The bytes of a passphrase that scrypt takes: UTF-8 of its NFKC form, so that the same words typed on another keyboard are the same.
 *
 * @throws KeystoreError `passphrase-unusable`; the message does not repeat it
 */
export function passphraseBytes(text: string): Uint8Array {
  const bytes = utf8(text.normalize('NFKC'));
  const reason = passphraseFault(text);
  if (reason !== undefined) {
    bytes.fill(0);
    throw new KeystoreError('passphrase-unusable', `the passphrase ${reason}`, {
      remedy: 'Take several words that nobody guesses, and keep them apart from this machine.',
    });
  }
  return bytes;
}

/** What is wrong with a passphrase, as the end of a sentence about it; undefined: nothing. */
export function passphraseFault(text: string): string | undefined {
  if ([...text].length < LEAST_CHARACTERS) return `has fewer than ${LEAST_CHARACTERS} characters`;
  if (Buffer.byteLength(text.normalize('NFKC')) > MOST_BYTES) return `has more than ${MOST_BYTES} bytes`;
  return undefined;
}

/**
 * The passphrase that a file's first line holds. The file must be its owner's alone.
 *
 * @throws KeystoreError `secret-file-unreadable`, `file-exposed`, `passphrase-unusable`
 */
export async function readPassphraseFile(path: string): Promise<Uint8Array> {
  const bytes = await readSecretFile(path, MOST_BYTES + 2);
  const [first = ''] = new TextDecoder().decode(bytes).split(/\r?\n/, 1);
  bytes.fill(0);
  return passphraseBytes(first);
}
