import { countP2shSigOps, countSigOps, countWitnessSigOps } from '../../script/index.ts';
import { WITNESS_SCALE_FACTOR } from '../../transaction/index.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import type { UnspentOutput } from './coins.ts';

/** Signature operations in the scripts of a transaction itself, counted as before BIP16. */
export function legacySigOps(loaded: LoadedTransaction): number {
  let count = 0;
  for (const input of loaded.transaction.inputs) count += countSigOps(input.scriptSig, false);
  for (const output of loaded.transaction.outputs) count += countSigOps(output.script, false);
  return count;
}

/**
 * Cost of a transaction's signature operations (BIP141).
 *
 * @param spent - in the order of the inputs; empty for a coinbase
 */
export function sigOpsCost(loaded: LoadedTransaction, spent: readonly UnspentOutput[]): number {
  let cost = legacySigOps(loaded) * WITNESS_SCALE_FACTOR;
  for (const [index, output] of spent.entries()) {
    const { scriptSig, witness } = loaded.transaction.inputs[index]!;
    cost += countP2shSigOps(scriptSig, output.script) * WITNESS_SCALE_FACTOR;
    cost += countWitnessSigOps(scriptSig, output.script, witness);
  }
  return cost;
}
