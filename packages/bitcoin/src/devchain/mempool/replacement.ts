import { compareFeeRates, feeAt, formatBitcoin, formatMoney, perThousand } from '../money.ts';
import { type Rejection, rejection } from '../verdict.ts';
import type { Candidate } from './candidate.ts';
import type { MempoolEntry } from './entry.ts';
import { INCREMENTAL_RELAY_FEE, MAX_REPLACED_CLUSTERS } from './limits.ts';
import type { Mempool } from './pool.ts';
import type { StagedChange } from './staged.ts';

const NO_IMPROVEMENT = 'insufficient feerate: does not improve feerate diagram';

/**
 * Core's replacement rules for one transaction (policy/rbf.cpp): it touches few clusters, pays at least what it
 * replaces and its own relay on top, and improves the feerate diagram. Stages what it replaces.
 */
export function checkReplacement(
  candidate: Candidate,
  pool: Mempool,
  staged: StagedChange,
): Rejection | undefined {
  const suffix = candidate.siblingEviction ? ' (including sibling eviction)' : '';
  const { txid } = candidate.entry.loaded;
  const replaced = replacedEntries(candidate.conflicts, pool, txid);
  if (typeof replaced === 'string') {
    return rejection('policy', `too many potential replacements${suffix}`, replaced);
  }
  const unpaid = unpaidDetails(replaced, candidate.entry.fee, candidate.entry.vsize, txid);
  if (unpaid !== undefined) return rejection('reconsiderable', `insufficient fee${suffix}`, unpaid);
  staged.remove(replaced);
  const tooLarge = staged.checkClusters();
  if (tooLarge !== undefined) return tooLarge;
  if (!staged.improvesDiagram()) return rejection('reconsiderable', 'replacement-failed', NO_IMPROVEMENT);
  return undefined;
}

/**
 * The same for a parent and its child that go in together. Stages what they replace.
 *
 * @returns a refusal of the package as a whole
 */
export function checkPackageReplacement(
  candidates: readonly Candidate[],
  pool: Mempool,
  staged: StagedChange,
): Rejection | undefined {
  const [parent, child] = candidates;
  if (candidates.length !== 2 || parent === undefined || child === undefined) {
    return rejection('policy', 'package RBF failed: package must be 1-parent-1-child');
  }
  if (candidates.some((candidate) => candidate.parents.length > 0)) {
    return rejection('policy', 'package RBF failed: new transaction cannot have mempool ancestors');
  }
  const direct = new Set(candidates.flatMap((candidate) => [...candidate.conflicts]));
  const { txid } = child.entry.loaded;
  const replaced = replacedEntries(direct, pool, txid);
  if (typeof replaced === 'string') {
    return rejection('policy', 'package RBF failed: too many potential replacements', replaced);
  }
  staged.remove(replaced);
  const fee = parent.entry.fee + child.entry.fee;
  const vsize = parent.entry.vsize + child.entry.vsize;
  const unpaid = unpaidDetails(replaced, fee, vsize, txid);
  if (unpaid !== undefined) {
    return rejection('policy', 'package RBF failed: insufficient anti-DoS fees', unpaid);
  }
  const parentRate = { fee: parent.entry.fee, size: parent.entry.vsize };
  if (compareFeeRates({ fee, size: vsize }, parentRate) <= 0) {
    const rates = [{ fee, size: vsize }, parentRate].map(
      (rate) => `${formatBitcoin(perThousand(rate))} BTC/kvB`,
    );
    return rejection(
      'policy',
      'package RBF failed: package feerate is less than or equal to parent feerate',
      `package feerate ${rates[0]} <= parent feerate is ${rates[1]}`,
    );
  }
  const tooLarge = staged.checkClusters();
  if (tooLarge !== undefined) return tooLarge;
  if (!staged.improvesDiagram()) return rejection('policy', `package RBF failed: ${NO_IMPROVEMENT}`);
  return undefined;
}

/** The conflicting entries with all that build on them, or why they are too many. */
function replacedEntries(
  direct: ReadonlySet<MempoolEntry>,
  pool: Mempool,
  txid: string,
): ReadonlySet<MempoolEntry> | string {
  let clusters = 0;
  const seen = new Set<MempoolEntry>();
  for (const entry of direct) {
    if (seen.has(entry)) continue;
    clusters += 1;
    for (const member of pool.clusters([entry])) seen.add(member);
  }
  if (clusters > MAX_REPLACED_CLUSTERS) {
    return `rejecting replacement ${txid}; too many conflicting clusters (${clusters} > ${MAX_REPLACED_CLUSTERS})`;
  }
  const replaced = new Set<MempoolEntry>();
  for (const entry of direct) for (const gone of pool.descendants(entry)) replaced.add(gone);
  return replaced;
}

/** Why the fee is too low for what is replaced (rules 3 and 4 of BIP125), or undefined. */
function unpaidDetails(
  replaced: ReadonlySet<MempoolEntry>,
  fee: bigint,
  vsize: number,
  txid: string,
): string | undefined {
  let original = 0n;
  for (const entry of replaced) original += entry.fee;
  if (fee < original) {
    return `rejecting replacement ${txid}, less fees than conflicting txs; ${formatMoney(fee)} < ${formatMoney(original)}`;
  }
  const required = feeAt(INCREMENTAL_RELAY_FEE, vsize);
  if (fee - original < required) {
    const paid = formatMoney(fee - original);
    return `rejecting replacement ${txid}, not enough additional fees to relay; ${paid} < ${formatMoney(required)}`;
  }
  return undefined;
}
