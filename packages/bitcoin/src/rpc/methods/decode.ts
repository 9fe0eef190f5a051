import { isUnspendable } from '../../devchain/consensus/coins.ts';
import { type LoadedTransaction, loadParsed } from '../../devchain/loaded-transaction.ts';
import { parseTransaction, TransactionError } from '../../transaction/index.ts';
import { bytesFromHex } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';

const BURN_MESSAGE = 'Unspendable output exceeds maximum configured by user (maxburnamount)';

/** A transaction from hexadecimal, or undefined when it is none. */
export function decodeTransaction(text: string): LoadedTransaction | undefined {
  const bytes = bytesFromHex(text);
  if (bytes === undefined) return undefined;
  try {
    return loadParsed(parseTransaction(bytes));
  } catch (error) {
    if (error instanceof TransactionError) return undefined;
    throw error;
  }
}

/** A member of a list of transactions. @throws RpcError DESERIALIZATION */
export function decodeMember(text: string): LoadedTransaction {
  const loaded = decodeTransaction(text);
  if (loaded !== undefined) return loaded;
  const message = `TX decode failed: ${text} Make sure the tx has at least one input.`;
  throw new RpcError(RpcCode.DESERIALIZATION, message);
}

/** Refuses satoshis in outputs that nobody can spend, above what the caller allowed. */
export function checkBurn(loaded: LoadedTransaction, limit: bigint): void {
  for (const { amount, script } of loaded.transaction.outputs) {
    if (isUnspendable(script) && amount > limit) throw new RpcError(RpcCode.VERIFY, BURN_MESSAGE);
  }
}
