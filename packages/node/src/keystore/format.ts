import { concatBytes, equalBytes, utf8 } from '@prometheus-compute/protocol';
import { KeystoreError } from './errors.ts';

/** Bytes of a BIP39 seed. */
export const SEED_BYTES = 64;
/** Name and version of the format: other versions have other last bytes. */
const MAGIC = utf8('PROMKEY1');
const SALT_BYTES = 32;
/** XChaCha20: long enough to be drawn at random. */
const NONCE_BYTES = 24;
/** Poly1305. */
const TAG_BYTES = 16;
const PARAMETER_BYTES = 3;
const HEADER_BYTES = MAGIC.length + PARAMETER_BYTES + SALT_BYTES + NONCE_BYTES;
const FILE_BYTES = HEADER_BYTES + SEED_BYTES + TAG_BYTES;

/**
 * Cost of scrypt. Below, guessing is cheap for whoever has the file. Above, a prepared file would take this machine's memory before the
 * passphrase is even looked at: 128·r·2^18 are 256 MiB.
 */
const LOG2_N = { least: 14, most: 18 } as const;
const R = 8;
const P_MOST = 4;

/** Parameters of scrypt (RFC 7914). r is 8 always. */
export interface ScryptCost {
  /** N = 2^log2N. */
  readonly log2N: number;
  readonly p: number;
}

/** What RFC 7914 and OWASP call enough for a file: 2^17 needs 128 MiB, about half a second. */
export const DEFAULT_COST: ScryptCost = Object.freeze({ log2N: 17, p: 1 });

/** A keystore file in its parts. */
export interface Keystore {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  /** The encrypted seed and its tag. */
  readonly sealed: Uint8Array;
}

/**
 * What stands before the encrypted seed: magic (8), log2 N (1), r (1), p (1), salt (32), nonce (24). It is authenticated with the seed.
 */
export function keystoreHeader({ cost, salt, nonce }: Omit<Keystore, 'sealed'>): Uint8Array {
  return concatBytes(MAGIC, Uint8Array.of(cost.log2N, R, cost.p), salt, nonce);
}

export function encodeKeystore(keystore: Keystore): Uint8Array {
  return concatBytes(keystoreHeader(keystore), keystore.sealed);
}

/**
 * Parts of a keystore file, with its cost held to limits before anything is computed.
 *
 * @throws KeystoreError `keystore-malformed`
 */
export function decodeKeystore(bytes: Uint8Array): Keystore {
  if (bytes.length < MAGIC.length || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    throw malformed('it does not begin like a keystore of version 1');
  }
  if (bytes.length !== FILE_BYTES) throw malformed(`it has ${bytes.length} bytes instead of ${FILE_BYTES}`);
  const [log2N, r, p] = bytes.subarray(MAGIC.length, MAGIC.length + PARAMETER_BYTES);
  if (log2N! < LOG2_N.least || log2N! > LOG2_N.most || r !== R || p! < 1 || p! > P_MOST) {
    throw malformed(`its scrypt parameters (2^${log2N}, ${r}, ${p}) are out of bounds`);
  }
  const saltAt = MAGIC.length + PARAMETER_BYTES;
  return {
    cost: { log2N: log2N!, p: p! },
    salt: bytes.slice(saltAt, saltAt + SALT_BYTES),
    nonce: bytes.slice(saltAt + SALT_BYTES, HEADER_BYTES),
    sealed: bytes.slice(HEADER_BYTES),
  };
}

/** Lengths of what is drawn at random for a new keystore. */
export const RANDOM_BYTES = Object.freeze({ salt: SALT_BYTES, nonce: NONCE_BYTES });

function malformed(reason: string): KeystoreError {
  return new KeystoreError(
    'keystore-malformed',
    `this file is no keystore that this version reads: ${reason}`,
    {
      remedy:
        'Restore the keystore from a copy, or make a new one from the words with `prometh init --recover`.',
    },
  );
}
