import { WITNESS_SCALE_FACTOR } from '../../transaction/index.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { BYTES_PER_SIGOP } from './limits.ts';
import type { LockPoints } from './lock-points.ts';

/** A transaction in the mempool, or on its way in. */
export interface MempoolEntry {
  readonly loaded: LoadedTransaction;
  /** Satoshis. */
  readonly fee: bigint;
  /** Weight, or more where signature operations outweigh it. */
  readonly adjustedWeight: number;
  /** Virtual bytes of the adjusted weight. */
  readonly vsize: number;
  readonly sigOpsCost: number;
  /** Its relative locks; computed anew when a reorganisation takes away what they depend on. */
  lockPoints: LockPoints;
  /** Unix seconds, and height of the tip, when it came in. */
  readonly time: number;
  readonly height: number;
  /** Order of arrival. */
  readonly sequence: number;
}

/** Weight that policy counts for a transaction: signature operations have a floor in bytes. */
export function adjustedWeight(weight: number, sigOpsCost: number): number {
  return Math.max(weight, sigOpsCost * BYTES_PER_SIGOP);
}

export function virtualSize(weight: number): number {
  return Math.ceil(weight / WITNESS_SCALE_FACTOR);
}
