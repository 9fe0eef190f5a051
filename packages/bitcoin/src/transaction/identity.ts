import { type Txid, txidFromInternal } from '@prometheus-compute/protocol';
import { doubleSha256 } from '../crypto/hashes.ts';
import { serializeTransaction, serializeWithoutWitness } from './serialize.ts';
import type { Transaction } from './transaction.ts';

/** Id under which outputs are spent: it does not commit to witnesses. */
export function transactionId(transaction: Transaction): Txid {
  return txidFromInternal(doubleSha256(serializeWithoutWitness(transaction)));
}

/** BIP141 wtxid: commits to witnesses too; equals the txid when there is none. */
export function witnessTransactionId(transaction: Transaction): Txid {
  return txidFromInternal(doubleSha256(serializeTransaction(transaction)));
}
