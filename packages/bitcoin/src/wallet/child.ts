import { P2A_SCRIPT, type Txid } from '@prometheus-compute/protocol';
import { WalletError } from './errors.ts';
import { type Draft, type FixedInput, makeDraft } from './payment.ts';
import { DUST_LIMIT, estimateVsize, feeFor } from './sizes.ts';
import type { WalletCoin } from './wallet-coin.ts';

/** BIP431: virtual bytes of a TRUC transaction that spends an unconfirmed one. */
export const MAX_CHILD_VSIZE = 1000;
const TRUC_VERSION = 3;

/** The unconfirmed transaction that a child pays for. */
export interface ParentTransaction {
  /** Virtual bytes with witness. */
  readonly vsize: number;
  /** Satoshis that it pays itself. */
  readonly fee: bigint;
}

/** The output of the unconfirmed transaction that its child spends: an anchor, or a P2TR output spent by key path. */
export interface ParentOutput {
  readonly txid: Txid;
  readonly vout: number;
  /** Satoshis: 0 for an anchor of the graph (T §The tree). */
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** A child with everything that it spends. */
export interface ChildRequest {
  readonly output: ParentOutput;
  /** Confirmed coins that it spends besides, all of them: a TRUC child has no second unconfirmed parent. */
  readonly coins: readonly WalletCoin[];
  /** P2TR script for what is left over. */
  readonly changeScript: Uint8Array;
  /** Satoshis that it pays itself. */
  readonly fee: bigint;
}

const isAnchor = (script: Uint8Array): boolean =>
  script.length === P2A_SCRIPT.length && script.every((byte, i) => byte === P2A_SCRIPT[i]);

/** Virtual bytes of a child of `output` with so many coins. */
export function childVsize(
  output: Pick<ParentOutput, 'script'>,
  coins: number,
  changeScript: Uint8Array,
): number {
  return isAnchor(output.script)
    ? estimateVsize(coins, [changeScript], 1)
    : estimateVsize(coins + 1, [changeScript]);
}

/**
 * Satoshis that a child of `vsize` pays so that it and its parent pay `feeRate` satoshis per 1000 virtual bytes together;
 * at least for itself, or it would not be relayed.
 */
export function childFee(parent: ParentTransaction, vsize: number, feeRate: bigint): bigint {
  const owed = feeFor(parent.vsize + vsize, feeRate) - parent.fee;
  const least = feeFor(vsize, feeRate);
  if (owed < least) return least;
  return owed;
}

/**
 * Drafts the child that pays for an unconfirmed version 3 transaction: version 3, spends an output of it and confirmed
 * coins, one change output. The input that spends `output` comes first; unless it is an anchor, it still needs a
 * signature. Where the parent pays nothing itself, submit both as a package.
 *
 * @throws WalletError `insufficient-funds` when the change would be dust; `child-too-large` beyond 1000 virtual bytes
 */
export function draftChild({ output, coins, changeScript, fee }: ChildRequest): Draft {
  const vsize = childVsize(output, coins.length, changeScript);
  if (vsize > MAX_CHILD_VSIZE) {
    throw new WalletError('child-too-large', `a child of ${vsize} virtual bytes is not relayed (BIP431)`, {
      evidence: { vsize, limit: MAX_CHILD_VSIZE },
      remedy: 'Let it spend fewer coins.',
    });
  }
  const total = coins.reduce((sum, coin) => sum + coin.amount, output.amount);
  const change = total - fee;
  if (change < DUST_LIMIT) {
    throw new WalletError(
      'insufficient-funds',
      `${total} sat do not cover a fee of ${fee} sat and a change`,
      {
        evidence: { total, fee, dust: DUST_LIMIT },
      },
    );
  }
  const parent: FixedInput = {
    input: output,
    spent: { amount: output.amount, script: output.script },
    coin: undefined,
  };
  return makeDraft(TRUC_VERSION, [parent], { coins, change, fee }, [], changeScript);
}
