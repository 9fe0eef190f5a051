import { SEQUENCE_LOCKTIME_DISABLE_FLAG, type Transaction } from '../../transaction/index.ts';
import type { BlockHash } from '../blocks/header.ts';
import type { UnspentOutput } from '../consensus/coins.ts';
import { type SequenceLock, sequenceLock, sequenceLockMet } from '../consensus/finality.ts';

/** The active chain as far as relative locks depend on it. */
export interface LockContext {
  readonly tip: { readonly height: number; readonly medianTimePast: number };
  /** Median time past of the active chain's block at that height. */
  readonly medianTimePastAt: (height: number) => number;
  /** Hash of the active chain's block at that height. */
  readonly blockHashAt: (height: number) => BlockHash | undefined;
}

/**
 * The relative locks of a transaction as they were when it entered the mempool, and the youngest block that they
 * were computed from. Core keeps them while that block stays in the chain: an unconfirmed parent then still counts as
 * confirmed at the height that was next at that time.
 */
export interface LockPoints {
  readonly lock: SequenceLock;
  readonly youngest: { readonly height: number; readonly hash: BlockHash };
}

/** @param spent - in the order of the inputs; unconfirmed ones have the height above the tip */
export function lockPointsAtTip(
  transaction: Transaction,
  spent: readonly UnspentOutput[],
  context: LockContext,
): LockPoints {
  let youngest = 0;
  for (const [index, { height }] of spent.entries()) {
    const { sequence } = transaction.inputs[index]!;
    const unlocked = transaction.version >= 2 && (sequence & SEQUENCE_LOCKTIME_DISABLE_FLAG) !== 0;
    if (!unlocked && height <= context.tip.height) youngest = Math.max(youngest, height);
  }
  return {
    lock: sequenceLock(transaction, spent, context.medianTimePastAt),
    youngest: { height: youngest, hash: context.blockHashAt(youngest)! },
  };
}

/** Whether the block that the locks were computed from is still in the chain. */
export function lockPointsHold({ youngest }: LockPoints, context: LockContext): boolean {
  return context.blockHashAt(youngest.height) === youngest.hash;
}

/** Whether the next block may hold the transaction. */
export function lockPointsMet({ lock }: LockPoints, { tip }: LockContext): boolean {
  return sequenceLockMet(lock, tip.height + 1, tip.medianTimePast);
}
