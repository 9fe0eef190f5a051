import type { Txid } from '@prometheus-compute/protocol';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { compareFeeRates, type FeeRate } from '../money.ts';
import { type Rejection, rejection } from '../verdict.ts';
import { type AcceptanceContext, type AcceptanceMode, type Candidate, examine } from './candidate.ts';
import type { MempoolEntry } from './entry.ts';
import { checkEphemeralSpends } from './ephemeral.ts';
import { expire, MEMPOOL_FULL } from './expiry.ts';
import { MempoolView, sortedById } from './pool.ts';
import { checkReplacement } from './replacement.ts';
import { StagedChange } from './staged.ts';

/** A transaction that the mempool takes, or would take. */
export interface Accepted {
  readonly kind: 'accepted';
  /** Virtual bytes, adjusted for signature operations. */
  readonly vsize: number;
  /** Satoshis. */
  readonly fee: bigint;
  /** What it was judged by: its own fee and size, or those of its package. */
  readonly effective: FeeRate;
  /** Ids with witness of the transactions that {@link effective} is over. */
  readonly includes: readonly Txid[];
  /** Ids of transactions that it pushes out. */
  readonly replaced: readonly Txid[];
}

/** A transaction that the mempool does not take. */
export interface Refused {
  readonly kind: 'refused';
  readonly rejection: Rejection;
}

/** How a transaction by itself is checked. */
export const SINGLE: AcceptanceMode = {
  replacement: true,
  siblingEviction: true,
  packageFeeRate: false,
  fromBlock: false,
  maxFeeRate: undefined,
};

/**
 * Checks one transaction by itself and, unless `testOnly`, takes it into the mempool.
 */
export function acceptTransaction(
  loaded: LoadedTransaction,
  context: AcceptanceContext,
  mode: AcceptanceMode,
  testOnly: boolean,
): Accepted | Refused {
  const view = new MempoolView(context.coins, context.pool, context.tip.height + 1);
  const candidate = examine(loaded, context, view, mode);
  if ('reason' in candidate) return { kind: 'refused', rejection: candidate };
  const { entry } = candidate;
  const staged = new StagedChange(context.pool);
  staged.add(entry);
  const refused =
    (candidate.conflicts.size > 0 ? checkReplacement(candidate, context.pool, staged) : undefined) ??
    staged.checkClusters() ??
    checkIndependence(candidate, context) ??
    checkMaxFeeRate(entry, mode.maxFeeRate) ??
    (mode.fromBlock ? undefined : checkEphemeralSpends([loaded], context.pool)?.rejection) ??
    context.scripts.checkForMempool(loaded, candidate.spent);
  if (refused !== undefined) return { kind: 'refused', rejection: refused };
  const replaced = [...staged.removed].map((gone) => gone.loaded.txid);
  if (!testOnly) staged.apply();
  return {
    kind: 'accepted',
    vsize: entry.vsize,
    fee: entry.fee,
    effective: { fee: entry.fee, size: entry.vsize },
    includes: [loaded.wtxid],
    replaced,
  };
}

/** Takes one transaction into the mempool, whose limits may then push it out again. */
export function submitTransaction(
  loaded: LoadedTransaction,
  context: AcceptanceContext,
  mode: AcceptanceMode,
): Accepted | Refused {
  const verdict = acceptTransaction(loaded, context, mode, false);
  if (verdict.kind === 'refused') return verdict;
  expire(context.pool, context.time);
  return context.pool.entry(loaded.txid) === undefined
    ? { kind: 'refused', rejection: MEMPOOL_FULL }
    : verdict;
}

/** Refuses a feerate above what the caller meant to pay. */
export function checkMaxFeeRate(entry: MempoolEntry, limit: FeeRate | undefined): Rejection | undefined {
  if (limit === undefined || compareFeeRates({ fee: entry.fee, size: entry.vsize }, limit) <= 0)
    return undefined;
  return rejection('policy', 'max feerate exceeded');
}

/** A transaction cannot replace what it builds on. */
function checkIndependence(candidate: Candidate, { pool }: AcceptanceContext): Rejection | undefined {
  if (candidate.conflicts.size === 0) return undefined;
  const { txid } = candidate.entry.loaded;
  const ancestors = new Set(candidate.parents.flatMap((parent) => [...pool.ancestors(parent)]));
  const conflict = sortedById(ancestors).find((ancestor) => candidate.conflicts.has(ancestor));
  if (conflict === undefined) return undefined;
  const details = `${txid} spends conflicting transaction ${conflict.loaded.txid}`;
  return rejection('consensus', 'bad-txns-spends-conflicting-tx', details);
}
