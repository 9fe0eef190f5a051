import { MAX_MONEY } from '@prometheus-compute/protocol';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { formatMoney } from '../money.ts';
import { outpointKey } from '../outpoint.ts';
import { COINBASE_MATURITY } from '../parameters.ts';
import { type Rejection, rejection } from '../verdict.ts';
import type { CoinView, UnspentOutput } from './coins.ts';

/** The outputs that a transaction spends, in the order of its inputs; undefined when one is missing or spent. */
export function spentOutputs(
  loaded: LoadedTransaction,
  view: CoinView,
): readonly UnspentOutput[] | undefined {
  const outputs: UnspentOutput[] = [];
  for (const input of loaded.transaction.inputs) {
    const output = view.coin(outpointKey(input.txid, input.vout));
    if (output === undefined) return undefined;
    outputs.push(output);
  }
  return outputs;
}

/**
 * Maturity and value of the inputs of a transaction that is no coinbase.
 *
 * @param height - of the block that would hold it
 * @returns its fee in satoshis, or the refusal
 */
export function checkInputs(
  loaded: LoadedTransaction,
  spent: readonly UnspentOutput[],
  height: number,
): { readonly fee: bigint } | Rejection {
  let valueIn = 0n;
  for (const output of spent) {
    if (output.coinbase && height - output.height < COINBASE_MATURITY) {
      return rejection(
        'premature',
        'bad-txns-premature-spend-of-coinbase',
        `tried to spend coinbase at depth ${height - output.height}`,
      );
    }
    valueIn += output.amount;
    if (valueIn > MAX_MONEY) return rejection('consensus', 'bad-txns-inputvalues-outofrange');
  }
  let valueOut = 0n;
  for (const output of loaded.transaction.outputs) valueOut += output.amount;
  if (valueIn < valueOut) {
    return rejection(
      'consensus',
      'bad-txns-in-belowout',
      `value in (${formatMoney(valueIn)}) < value out (${formatMoney(valueOut)})`,
    );
  }
  return { fee: valueIn - valueOut };
}
