import type { TransactionId } from '../../transactions/graph.ts';

/** A transaction that a party must publish, and when (T §Watch and publish). */
export interface Duty {
  readonly transaction: TransactionId;
  /** First tip at which the next block may hold it. */
  readonly from: number;
  /** Last tip at which it may still be sent; null when it never becomes dangerous. */
  readonly until: number | null;
  /** Last height at which it must be in a block; null when nothing is lost by waiting. */
  readonly confirmBy: number | null;
  readonly why: string;
}
