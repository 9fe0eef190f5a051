import type { Txid } from '@prometheus-compute/protocol';
import { witnessProgram } from '../../script/patterns.ts';
import { compactSizeLength, type Transaction, type TransactionOutput } from '../../transaction/index.ts';
import { isUnspendable } from '../consensus/coins.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { feeAt } from '../money.ts';
import { outpointKey } from '../outpoint.ts';
import { type Rejection, rejection } from '../verdict.ts';
import { DUST_RELAY_FEE } from './limits.ts';
import type { Mempool } from './pool.ts';

/** Bytes that spending an output takes: an input with a signature, a quarter of its script counted under SegWit. */
const SPENDING_SIZE = 32 + 4 + 1 + 107 + 4;
const SPENDING_SIZE_SEGWIT = 32 + 4 + 1 + Math.floor(107 / 4) + 4;

/** Satoshis below which an output is dust; 330 for P2TR, 240 for P2A. */
function dustThreshold(script: Uint8Array): bigint {
  if (isUnspendable(script)) return 0n;
  const size = 8 + compactSizeLength(script.length) + script.length;
  return feeAt(
    DUST_RELAY_FEE,
    size + (witnessProgram(script) !== undefined ? SPENDING_SIZE_SEGWIT : SPENDING_SIZE),
  );
}

function isDust(output: TransactionOutput): boolean {
  return output.amount < dustThreshold(output.script);
}

/** Indexes of the outputs below the dust limit. */
export function dustOutputs(transaction: Transaction): readonly number[] {
  return transaction.outputs.flatMap((output, index) => (isDust(output) ? [index] : []));
}

/**
 * Ephemeral dust: who spends an unconfirmed transaction with dust must spend all its dust, so that it never
 * stays in the set of unspent outputs.
 *
 * @param package_ - parents before children; a single transaction is a package of one
 */
export function checkEphemeralSpends(
  package_: readonly LoadedTransaction[],
  pool: Mempool,
): { readonly child: LoadedTransaction; readonly rejection: Rejection } | undefined {
  const members = new Map<Txid, LoadedTransaction>(package_.map((loaded) => [loaded.txid, loaded]));
  for (const child of package_) {
    const unspent = new Set<string>();
    for (const { txid } of child.transaction.inputs) {
      const parent = members.get(txid) ?? pool.entry(txid)?.loaded;
      if (parent === undefined) continue;
      for (const vout of dustOutputs(parent.transaction)) unspent.add(outpointKey(txid, vout));
    }
    for (const { txid, vout } of child.transaction.inputs) unspent.delete(outpointKey(txid, vout));
    if (unspent.size > 0) {
      const details = `tx ${child.txid} (wtxid=${child.wtxid}) did not spend parent's ephemeral dust`;
      return { child, rejection: rejection('policy', 'missing-ephemeral-spends', details) };
    }
  }
  return undefined;
}
