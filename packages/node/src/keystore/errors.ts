import { CodedError } from '@prometheus-compute/protocol';

/**
 * `keystore-exists`: one is there and is not overwritten. `keystore-missing`: there is none. `file-exposed`: others than its owner may
 * read a secret file. `keystore-malformed`: no keystore, or one of another version. `keystore-locked`: wrong passphrase or damaged file,
 * which cannot be told apart. `passphrase-unusable`: empty, too short or too long. `secret-file-unreadable`: a file with a secret cannot be read.
 */
export type KeystoreErrorCode =
  | 'keystore-exists'
  | 'keystore-missing'
  | 'file-exposed'
  | 'keystore-malformed'
  | 'keystore-locked'
  | 'passphrase-unusable'
  | 'secret-file-unreadable';

/** What is wrong with a keystore or a passphrase. Neither message nor evidence holds anything secret. */
export class KeystoreError extends CodedError<KeystoreErrorCode> {}
