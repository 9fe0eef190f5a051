import { MAX_MONEY } from '@prometheus-compute/protocol';
import { strippedSize } from './serialize.ts';
import { isCoinbase, isNullOutpoint, type Transaction } from './transaction.ts';
import { MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from './weight.ts';

/** Why a transaction is invalid whatever the chain looks like; Bitcoin Core's reject reasons. */
export type TransactionFault =
  | 'bad-txns-vin-empty'
  | 'bad-txns-vout-empty'
  | 'bad-txns-oversize'
  | 'bad-txns-vout-negative'
  | 'bad-txns-vout-toolarge'
  | 'bad-txns-txouttotal-toolarge'
  | 'bad-txns-inputs-duplicate'
  | 'bad-cb-length'
  | 'bad-txns-prevout-null';

/** Bytes of a coinbase's scriptSig: two at least since BIP34's height, a hundred at most. */
const COINBASE_SCRIPT_MIN = 2;
const COINBASE_SCRIPT_MAX = 100;

/**
 * The consensus rules that need no context, in the order in which Bitcoin Core tries them.
 *
 * @returns the first rule broken, or undefined
 */
export function checkTransaction(transaction: Transaction): TransactionFault | undefined {
  if (transaction.inputs.length === 0) return 'bad-txns-vin-empty';
  if (transaction.outputs.length === 0) return 'bad-txns-vout-empty';
  if (strippedSize(transaction) * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT) return 'bad-txns-oversize';
  return checkAmounts(transaction) ?? checkInputs(transaction);
}

/** Stops the overflow that once created 184 billion bitcoin (CVE-2010-5139). */
function checkAmounts(transaction: Transaction): TransactionFault | undefined {
  let total = 0n;
  for (const { amount } of transaction.outputs) {
    if (amount < 0n) return 'bad-txns-vout-negative';
    if (amount > MAX_MONEY) return 'bad-txns-vout-toolarge';
    total += amount;
    if (total > MAX_MONEY) return 'bad-txns-txouttotal-toolarge';
  }
  return undefined;
}

/** Among others, one output spent twice by one transaction would create coins (CVE-2018-17144). */
function checkInputs(transaction: Transaction): TransactionFault | undefined {
  const { inputs } = transaction;
  if (inputs.length > 1) {
    const outpoints = new Set(inputs.map((input) => `${input.txid}:${input.vout}`));
    if (outpoints.size !== inputs.length) return 'bad-txns-inputs-duplicate';
  }
  if (isCoinbase(transaction)) {
    const size = inputs[0]!.scriptSig.length;
    return size < COINBASE_SCRIPT_MIN || size > COINBASE_SCRIPT_MAX ? 'bad-cb-length' : undefined;
  }
  return inputs.some(isNullOutpoint) ? 'bad-txns-prevout-null' : undefined;
}
