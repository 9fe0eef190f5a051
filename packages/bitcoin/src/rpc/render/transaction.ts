import { toHex } from '@prometheus-compute/protocol';
import type { SpentOutputs } from '../../devchain/consensus/coins.ts';
import type { LoadedTransaction } from '../../devchain/loaded-transaction.ts';
import { virtualSize } from '../../devchain/mempool/entry.ts';
import { isCoinbase, type TransactionInput } from '../../transaction/index.ts';
import type { AddressNetwork } from '../../wallet/network.ts';
import { type AnswerObject, amount } from '../json.ts';
import { outputScriptAnswer } from './output-script.ts';
import { scriptText } from './script.ts';

/** What of a transaction is shown beside its bytes. */
export interface TransactionDetails {
  /** The outputs that it spends; with them, Core tells the fee. Empty or undefined for a coinbase. */
  readonly spent?: SpentOutputs | undefined;
  /** Whether the spent outputs are written out. */
  readonly prevouts?: boolean;
  /** Whether the bytes are added. */
  readonly hex?: boolean;
}

/** A transaction as `decoderawtransaction` and others show it. */
export function transactionAnswer(
  loaded: LoadedTransaction,
  network: AddressNetwork,
  details: TransactionDetails = {},
): AnswerObject {
  const { transaction } = loaded;
  const spent = isCoinbase(transaction) ? undefined : details.spent;
  const valueIn = spent?.reduce((sum, output) => sum + output.amount, 0n);
  const valueOut = transaction.outputs.reduce((sum, output) => sum + output.amount, 0n);
  return {
    txid: loaded.txid,
    hash: loaded.wtxid,
    version: transaction.version,
    size: loaded.bytes.length,
    vsize: virtualSize(loaded.weight),
    weight: loaded.weight,
    locktime: transaction.lockTime,
    vin: transaction.inputs.map((input, index) => ({
      ...(isCoinbase(transaction) ? { coinbase: toHex(input.scriptSig) } : outpointAnswer(input)),
      txinwitness: input.witness.length === 0 ? undefined : input.witness.map(toHex),
      prevout:
        spent === undefined || details.prevouts !== true
          ? undefined
          : {
              generated: spent[index]!.coinbase,
              height: spent[index]!.height,
              value: amount(spent[index]!.amount),
              scriptPubKey: outputScriptAnswer(spent[index]!.script, network),
            },
      sequence: input.sequence,
    })),
    vout: transaction.outputs.map((output, n) => ({
      value: amount(output.amount),
      n,
      scriptPubKey: outputScriptAnswer(output.script, network),
    })),
    fee: valueIn === undefined ? undefined : amount(valueIn - valueOut),
    hex: details.hex === true ? toHex(loaded.bytes) : undefined,
  };
}

function outpointAnswer(input: TransactionInput): AnswerObject {
  return {
    txid: input.txid,
    vout: input.vout,
    scriptSig: { asm: scriptText(input.scriptSig, true), hex: toHex(input.scriptSig) },
  };
}
