import { type Rejection, rejection } from '../verdict.ts';
import { MEMPOOL_EXPIRY } from './limits.ts';
import type { Mempool } from './pool.ts';

/** What a transaction is told that was accepted, and left at once because one that it builds on has expired. */
export const MEMPOOL_FULL: Rejection = Object.freeze(rejection('reconsiderable', 'mempool full'));

/**
 * Removes entries that have waited too long, with what builds on them. As in Core, this is done when a transaction
 * comes in, not as time passes.
 *
 * @param time - Unix seconds
 */
export function expire(pool: Mempool, time: number): void {
  const expired = [...pool.entries()].filter((entry) => entry.time < time - MEMPOOL_EXPIRY);
  for (const entry of expired) {
    if (pool.entry(entry.loaded.txid) === entry) pool.removeWithDescendants(entry);
  }
}
