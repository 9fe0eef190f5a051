import { type Txid, txidFromInternal } from '@prometheus-compute/protocol';
import { doubleSha256 } from '../crypto/hashes.ts';
import {
  hasWitness,
  parseTransaction,
  serializeTransaction,
  serializeWithoutWitness,
  type Transaction,
  WITNESS_SCALE_FACTOR,
} from '../transaction/index.ts';

/** A transaction with what the chain asks for again and again, computed once. */
export interface LoadedTransaction {
  readonly transaction: Transaction;
  /** With witness. */
  readonly bytes: Uint8Array;
  readonly txid: Txid;
  readonly wtxid: Txid;
  /** BIP141 weight units. */
  readonly weight: number;
  /** Bytes without witness. */
  readonly baseSize: number;
}

/** @throws TransactionError when the bytes are no transaction */
export function loadTransaction(bytes: Uint8Array): LoadedTransaction {
  return loadParsed(parseTransaction(bytes));
}

/** Wraps a transaction that is already parsed. */
export function loadParsed(transaction: Transaction): LoadedTransaction {
  const base = serializeWithoutWitness(transaction);
  const txid = txidFromInternal(doubleSha256(base));
  const witnessed = hasWitness(transaction);
  const bytes = witnessed ? serializeTransaction(transaction) : base;
  return {
    transaction,
    bytes,
    txid,
    wtxid: witnessed ? txidFromInternal(doubleSha256(bytes)) : txid,
    weight: base.length * (WITNESS_SCALE_FACTOR - 1) + bytes.length,
    baseSize: base.length,
  };
}
