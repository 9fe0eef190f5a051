import type { FeePolicy } from '../tasks/context.ts';

/** When something is to be in a block. */
export interface Timing {
  /** Tip at which it was handed to the chain first. */
  readonly first: number;
  readonly tip: number;
  /** Last height at which it must be in a block; null: none. */
  readonly confirmBy: number | null;
  /** Δ: blocks within which a broadcast transaction has to confirm. */
  readonly window: number;
}

/** Of the blocks until the deadline, the part after which the highest rate is reached: half is left to be mined. */
const RISE_PART = 2;

/**
 * Satoshis per 1000 vB that a transaction and its child pay together at this tip: from the start rate, by the same step at
 * every block, to the highest rate halfway to the deadline (D16). What has no deadline, or a far one, has Δ blocks.
 */
export function scheduledRate(timing: Timing, { feeRate, maxFeeRate }: FeePolicy): bigint {
  const { first, tip, confirmBy, window } = timing;
  const end = Math.min(confirmBy ?? Number.POSITIVE_INFINITY, first + window);
  const steps = Math.floor((end - first) / RISE_PART);
  const done = Math.min(tip - first, steps);
  if (steps <= 0 || done === steps || feeRate >= maxFeeRate) return maxFeeRate;
  return feeRate + ((maxFeeRate - feeRate) * BigInt(Math.max(done, 0))) / BigInt(steps);
}
