import type { Satoshi } from '../primitives/brands.ts';
import type { Contract } from './contract.ts';
import type { Parameters } from './parameters.ts';
import { payouts, type Source, settlementSource } from './payouts.ts';
import type { SettlementId } from './settlements.ts';

/** C17: satoshis per vB that φ pays at least for the largest settlement. */
export const MIN_SETTLEMENT_RATE = 2n;

/** Signers of the leaf that a source is spent by: C, W, V, and on TxA and TxAc every arbiter. */
function signerCount(source: Source, arbiters: number): number {
  return source === 'shared' ? 3 : 3 + arbiters;
}

/**
 * Size in vB of a fully signed settlement: one input, spent by a single leaf `<key> CHECKSIG(VERIFY) …`, and
 * P2TR outputs only.
 *
 * @param signers - keys in the leaf
 * @param outputs - number of outputs
 */
export function settlementVsize(signers: number, outputs: number): number {
  const scriptLength = 34 * signers;
  // version, input count, outpoint + empty scriptSig + nSequence, output count, P2TR outputs, lock time
  const base = 4 + 1 + 41 + 1 + 43 * outputs + 4;
  // marker and flag, item count, signatures, script with its length (CompactSize), control block
  const witness = 2 + 1 + 65 * signers + (scriptLength < 253 ? 1 : 3) + scriptLength + 34;
  return Math.ceil((4 * base + witness) / 4);
}

/** Size in vB of the largest settlement that `ids` name, under these terms. */
export function largestSettlement(
  p: Parameters,
  c: Pick<Contract, 'reward' | 'settlementFee' | 'retainer' | 'bond'>,
  ids: readonly SettlementId[],
  stakes: readonly Satoshi[],
): { readonly id: SettlementId; readonly vsize: number } {
  let largest: { id: SettlementId; vsize: number } | undefined;
  for (const id of ids) {
    const vsize = settlementVsize(signerCount(settlementSource(id), p.n), payouts(p, c, id, stakes).length);
    if (largest === undefined || vsize > largest.vsize) largest = { id, vsize };
  }
  return largest ?? { id: 'Tx6', vsize: settlementVsize(3 + p.n, p.n + 4) };
}
