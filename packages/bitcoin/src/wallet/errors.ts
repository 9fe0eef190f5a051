import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link WalletError}. */
export type WalletErrorCode =
  /** Words that are no BIP39 mnemonic: a word, their number or the checksum is wrong. */
  | 'mnemonic-invalid'
  /** Text that is no address, or one of another network. */
  | 'address-invalid'
  /** The confirmed, unreserved coins do not cover amount and fee; the evidence has the numbers. */
  | 'insufficient-funds'
  /** An amount below the dust limit, which no node relays. */
  | 'amount-dust'
  /** A version 3 child of more virtual bytes than BIP431 allows. */
  | 'child-too-large'
  /** No key of this account pays to the script. */
  | 'key-unknown'
  /** A block that does not follow the last one. */
  | 'block-order';

/** A request that a wallet cannot fulfil. Never holds words, seeds or keys. */
export class WalletError extends CodedError<WalletErrorCode> {}
