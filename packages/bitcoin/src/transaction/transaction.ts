import type { Txid } from '@prometheus-compute/protocol';

/** Spends output `vout` of transaction `txid`. */
export interface TransactionInput {
  readonly txid: Txid;
  readonly vout: number;
  readonly scriptSig: Uint8Array;
  readonly sequence: number;
  /** Empty when the input has no witness. */
  readonly witness: readonly Uint8Array[];
}

/** Satoshis and what it takes to spend them. */
export interface TransactionOutput {
  /** Satoshis as the bytes say them: from outside it may be negative or above MAX_MONEY, which `checkTransaction` refuses. */
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** A Bitcoin transaction. Treated as immutable everywhere. */
export interface Transaction {
  /** Unsigned 32 bits. */
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  /** Unsigned 32 bits: a height below 500,000,000, else a UNIX time. */
  readonly lockTime: number;
}

/** Sequence number that opts an input out of every lock. */
export const SEQUENCE_FINAL = 0xffff_ffff;
/** BIP68: with this bit set, a sequence number is no relative lock. */
export const SEQUENCE_LOCKTIME_DISABLE_FLAG = 0x8000_0000;
/** BIP68: with this bit set, a relative lock counts units of 512 seconds, otherwise blocks. */
export const SEQUENCE_LOCKTIME_TYPE_FLAG = 0x0040_0000;
/** BIP68: bits of a sequence number that hold the relative lock. */
export const SEQUENCE_LOCKTIME_MASK = 0xffff;
/** Lock times below it are heights, others UNIX times. */
export const LOCKTIME_THRESHOLD = 500_000_000;

/** Index that a coinbase's only input names. */
const NULL_VOUT = 0xffff_ffff;
const NULL_TXID = '0'.repeat(64);

/** Whether the input names no output at all, as only a coinbase's may. */
export function isNullOutpoint(input: Pick<TransactionInput, 'txid' | 'vout'>): boolean {
  return input.vout === NULL_VOUT && input.txid === NULL_TXID;
}

/** Whether the transaction is a block's first, which creates coins. */
export function isCoinbase(transaction: Transaction): boolean {
  return transaction.inputs.length === 1 && isNullOutpoint(transaction.inputs[0]!);
}

/** Whether any input has a witness; decides between the two serialisations of BIP144. */
export function hasWitness(transaction: Transaction): boolean {
  return transaction.inputs.some((input) => input.witness.length > 0);
}
