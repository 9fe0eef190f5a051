import {
  LOCKTIME_THRESHOLD,
  SEQUENCE_FINAL,
  SEQUENCE_LOCKTIME_DISABLE_FLAG,
  SEQUENCE_LOCKTIME_MASK,
  SEQUENCE_LOCKTIME_TYPE_FLAG,
  type Transaction,
} from '../../transaction/index.ts';
import type { UnspentOutput } from './coins.ts';

/** BIP68: a relative lock in time counts units of 2⁹ = 512 seconds. */
const SEQUENCE_GRANULARITY = 9;

/**
 * nLockTime (BIP65, BIP113).
 *
 * @param height - of the block that would hold the transaction
 * @param time - median time past of the block before it
 */
export function isFinal(transaction: Transaction, height: number, time: number): boolean {
  const { lockTime } = transaction;
  if (lockTime === 0 || lockTime < (lockTime < LOCKTIME_THRESHOLD ? height : time)) return true;
  return transaction.inputs.every((input) => input.sequence === SEQUENCE_FINAL);
}

/** The last height and the last median time past at which BIP68 keeps a transaction out; −1 when there is none. */
export interface SequenceLock {
  readonly height: number;
  readonly time: number;
}

/**
 * Relative locks of all inputs together (BIP68).
 *
 * @param spent - in the order of the inputs
 * @param medianTimePastAt - median time past of the block at that height on the branch in question
 */
export function sequenceLock(
  transaction: Transaction,
  spent: readonly UnspentOutput[],
  medianTimePastAt: (height: number) => number,
): SequenceLock {
  let height = -1;
  let time = -1;
  if (transaction.version < 2) return { height, time };
  for (const [index, input] of transaction.inputs.entries()) {
    if ((input.sequence & SEQUENCE_LOCKTIME_DISABLE_FLAG) !== 0) continue;
    const confirmed = spent[index]!.height;
    const value = input.sequence & SEQUENCE_LOCKTIME_MASK;
    if ((input.sequence & SEQUENCE_LOCKTIME_TYPE_FLAG) !== 0) {
      const start = medianTimePastAt(Math.max(confirmed - 1, 0));
      time = Math.max(time, start + value * 2 ** SEQUENCE_GRANULARITY - 1);
    } else {
      height = Math.max(height, confirmed + value - 1);
    }
  }
  return { height, time };
}

/** Whether a block at `height` on top of a block with this median time past may hold the transaction. */
export function sequenceLockMet(lock: SequenceLock, height: number, medianTimePast: number): boolean {
  return lock.height < height && lock.time < medianTimePast;
}
