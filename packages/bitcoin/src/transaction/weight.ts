import { strippedSize, totalSize } from './serialize.ts';
import type { Transaction } from './transaction.ts';

/** BIP141: weight units that one byte outside of witnesses counts. */
export const WITNESS_SCALE_FACTOR = 4;
/** BIP141: weight of the largest block, in weight units. */
export const MAX_BLOCK_WEIGHT = 4_000_000;

/** BIP141 weight in weight units: witness bytes count once, others four times. */
export function weight(transaction: Transaction): number {
  return strippedSize(transaction) * (WITNESS_SCALE_FACTOR - 1) + totalSize(transaction);
}

/** Virtual size in vbytes: a quarter of the weight, rounded up. */
export function vsize(transaction: Transaction): number {
  return Math.ceil(weight(transaction) / WITNESS_SCALE_FACTOR);
}
