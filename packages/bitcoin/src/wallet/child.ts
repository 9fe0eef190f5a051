import { P2A_SCRIPT, type Txid } from '@prometheus-compute/protocol';
import { type Draft, type FixedInput, makeDraft } from './payment.ts';
import { selectCoins } from './select-coins.ts';
import { DUST_LIMIT, estimateVsize, feeFor } from './sizes.ts';
import type { WalletCoin } from './wallet-coin.ts';

/** BIP431: virtual bytes of a TRUC transaction that spends an unconfirmed one. */
const MAX_CHILD_VSIZE = 1000;
const TRUC_VERSION = 3;

/** The unconfirmed transaction that a child pays for. */
export interface ParentTransaction {
  readonly txid: Txid;
  /** Virtual bytes with witness. */
  readonly vsize: number;
  /** Satoshis that it pays itself. */
  readonly fee: bigint;
}

/** A child for a parent without fee that has a pay-to-anchor output. */
export interface AnchorChildRequest {
  readonly parent: ParentTransaction;
  /** Index of the anchor. */
  readonly anchor: number;
  /** Satoshis of the anchor: 0 in every transaction of the graph (T §The tree). */
  readonly anchorAmount?: bigint;
  /** Confirmed coins to choose from: a TRUC child has no second unconfirmed parent. */
  readonly coins: readonly WalletCoin[];
  /** P2TR script of the wallet for what is left over. */
  readonly changeScript: Uint8Array;
  /** Satoshis per 1000 virtual bytes that parent and child together pay. */
  readonly feeRate: bigint;
}

/**
 * Drafts the child that pays for a parent with a pay-to-anchor output: version 3, spends the anchor and confirmed
 * coins, one change output. Submit it with the parent as a package.
 *
 * @throws WalletError `insufficient-funds`, also when only more coins than fit would do
 */
export function draftAnchorChild(request: AnchorChildRequest): Draft {
  const amount = request.anchorAmount ?? 0n;
  const anchor: FixedInput = {
    input: { txid: request.parent.txid, vout: request.anchor },
    spent: { amount, script: P2A_SCRIPT },
    coin: undefined,
  };
  return draftChild(request, [anchor], -amount, (inputs) => estimateVsize(inputs, [request.changeScript], 1));
}

/** A child of the wallet's own unconfirmed output. */
export interface BumpChildRequest {
  readonly parent: ParentTransaction;
  /** The output to spend; its height does not count. */
  readonly output: WalletCoin;
  /** Confirmed coins to add when the output alone is too small; empty to use the output only. */
  readonly coins: readonly WalletCoin[];
  /** P2TR script of the wallet for what is left over. */
  readonly changeScript: Uint8Array;
  /** Satoshis per 1000 virtual bytes that parent and child together pay. */
  readonly feeRate: bigint;
}

/**
 * Drafts the child that raises the fee of a version 3 transaction through an own output of it.
 *
 * @throws WalletError `insufficient-funds`, also when only more coins than fit would do
 */
export function draftBumpChild(request: BumpChildRequest): Draft {
  const { output } = request;
  const own: FixedInput = {
    input: output,
    spent: { amount: output.amount, script: output.key.script },
    coin: output,
  };
  const vsize = (inputs: number): number => estimateVsize(inputs + 1, [request.changeScript]);
  return draftChild(request, [own], -output.amount, vsize);
}

/** @param amount - what the chosen coins must bring beside the fee; negative when fixed inputs bring more */
function draftChild(
  request: Omit<AnchorChildRequest, 'anchor'>,
  fixed: readonly FixedInput[],
  amount: bigint,
  vsizeOf: (inputs: number) => number,
): Draft {
  const { parent, feeRate, changeScript } = request;
  const fee = (inputs: number): bigint => {
    const own = vsizeOf(inputs);
    const owed = feeFor(parent.vsize + own, feeRate) - parent.fee;
    // The child must in any case pay for itself, or it would not be relayed.
    const least = feeFor(own, feeRate);
    if (owed < least) return least;
    return owed;
  };
  let maxInputs = 0;
  while (vsizeOf(maxInputs + 1) <= MAX_CHILD_VSIZE) maxInputs += 1;
  const alone = -amount - fee(0);
  const selection =
    fixed.some(({ coin }) => coin !== undefined) && alone >= DUST_LIMIT
      ? { coins: [], change: alone, fee: fee(0) }
      : selectCoins(request.coins, { amount, fee, changeRequired: true, maxInputs });
  return makeDraft(TRUC_VERSION, fixed, selection, [], changeScript);
}
