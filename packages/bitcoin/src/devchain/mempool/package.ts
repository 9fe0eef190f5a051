import type { Txid } from '@prometheus-compute/protocol';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import type { FeeRate } from '../money.ts';
import { outpointKey } from '../outpoint.ts';
import { type Rejection, rejection } from '../verdict.ts';
import { type Accepted, acceptTransaction, checkMaxFeeRate, type Refused, SINGLE } from './accept.ts';
import {
  type AcceptanceContext,
  type AcceptanceMode,
  type Candidate,
  checkFeeRate,
  examine,
} from './candidate.ts';
import { checkEphemeralSpends } from './ephemeral.ts';
import { expire, MEMPOOL_FULL } from './expiry.ts';
import { MAX_PACKAGE_COUNT, MAX_PACKAGE_WEIGHT } from './limits.ts';
import { MempoolView } from './pool.ts';
import { checkPackageReplacement } from './replacement.ts';
import { StagedChange } from './staged.ts';
import { checkPackageTruc } from './truc.ts';

/** What became of one member of a package. */
export type MemberResult =
  | Accepted
  | Refused
  /** It was there before. */
  | { readonly kind: 'present'; readonly vsize: number; readonly fee: bigint }
  /** The same transaction with another witness was there before. */
  | { readonly kind: 'present-otherwise'; readonly wtxid: Txid };

/** Why a package as a whole failed: by a rule of packages, or because a member did. */
export interface PackageFault extends Rejection {
  readonly scope: 'package' | 'transaction';
}

/** What became of a package. */
export interface PackageResult {
  /** Undefined when every member is in the mempool now. */
  readonly fault: PackageFault | undefined;
  /** By id with witness; members that were not looked at are missing. */
  readonly members: ReadonlyMap<Txid, MemberResult>;
}

const fault = (scope: PackageFault['scope'], reason: string, details = ''): PackageFault => ({
  ...rejection('policy', reason, details),
  scope,
});
const MEMBER_FAILED = fault('transaction', 'transaction failed');

/** Rules that a list of transactions fulfils before any of them is looked at. */
function checkWellFormed(members: readonly LoadedTransaction[]): PackageFault | undefined {
  if (members.length > MAX_PACKAGE_COUNT) return fault('package', 'package-too-many-transactions');
  const weight = members.reduce((sum, loaded) => sum + loaded.weight, 0);
  if (members.length > 1 && weight > MAX_PACKAGE_WEIGHT) return fault('package', 'package-too-large');
  const later = new Set(members.map((loaded) => loaded.txid));
  if (later.size !== members.length) return fault('package', 'package-contains-duplicates');
  for (const { txid, transaction } of members) {
    if (transaction.inputs.some((input) => later.has(input.txid)))
      return fault('package', 'package-not-sorted');
    later.delete(txid);
  }
  const spent = new Set<string>();
  for (const { transaction } of members) {
    const keys = transaction.inputs.map((input) => outpointKey(input.txid, input.vout));
    if (keys.length === 0 || keys.some((key) => spent.has(key)))
      return fault('package', 'conflict-in-package');
    for (const key of keys) spent.add(key);
  }
  return undefined;
}

/** Whether all members but the last are parents of the last. */
function isChildWithParents(members: readonly LoadedTransaction[]): boolean {
  const parents = new Set(members.at(-1)!.transaction.inputs.map((input) => input.txid));
  return members.length > 1 && members.slice(0, -1).every((loaded) => parents.has(loaded.txid));
}

/** Whether, besides, no parent spends another. */
export function isChildWithParentsTree(members: readonly LoadedTransaction[]): boolean {
  if (!isChildWithParents(members)) return false;
  const parents = members.slice(0, -1);
  const ids = new Set(parents.map((loaded) => loaded.txid));
  return parents.every(({ transaction }) => transaction.inputs.every((input) => !ids.has(input.txid)));
}

/** Checks several transactions against the mempool as if the earlier ones were in it; changes nothing. */
export function testTransactions(
  members: readonly LoadedTransaction[],
  context: AcceptanceContext,
): PackageResult {
  const mode: AcceptanceMode = { ...SINGLE, replacement: false, siblingEviction: false };
  return acceptTogether(members, context, mode, true);
}

/** Why a list of transactions is no package, whatever the chain looks like. */
export function packageFault(members: readonly LoadedTransaction[]): PackageFault | undefined {
  const malformed = checkWellFormed(members);
  if (malformed !== undefined || members.length <= 1 || isChildWithParents(members)) return malformed;
  return fault('package', 'package-not-child-with-parents');
}

/**
 * Takes a child with its parents into the mempool, as Core's `submitpackage` does: each member by itself first,
 * then those that only paid too little or missed an input together, judged by their common feerate.
 */
export function acceptPackage(
  members: readonly LoadedTransaction[],
  context: AcceptanceContext,
  maxFeeRate: FeeRate | undefined,
): PackageResult {
  const malformed = packageFault(members);
  if (malformed !== undefined) return { fault: malformed, members: new Map() };
  const results = new Map<Txid, MemberResult>();
  const together: LoadedTransaction[] = [];
  let failed: PackageFault | undefined;
  for (const loaded of members) {
    const present = context.pool.entry(loaded.txid);
    if (present !== undefined) {
      const same = present.loaded.wtxid === loaded.wtxid;
      results.set(
        loaded.wtxid,
        same
          ? { kind: 'present', vsize: present.vsize, fee: present.fee }
          : { kind: 'present-otherwise', wtxid: present.loaded.wtxid },
      );
      continue;
    }
    const single = acceptTransaction(loaded, context, { ...SINGLE, maxFeeRate }, false);
    results.set(loaded.wtxid, single);
    if (single.kind === 'accepted') continue;
    const { kind } = single.rejection;
    if (members.length > 1 && (kind === 'reconsiderable' || kind === 'missing-inputs')) together.push(loaded);
    else failed = MEMBER_FAILED;
  }
  if (failed === undefined && together.length > 0) {
    const mode: AcceptanceMode = {
      ...SINGLE,
      siblingEviction: together.length === 1,
      packageFeeRate: together.length > 1,
      maxFeeRate,
    };
    const joint = acceptTogether(together, context, mode, false);
    for (const [wtxid, result] of joint.members) results.set(wtxid, result);
    failed = joint.fault;
  }
  expire(context.pool, context.time);
  for (const loaded of members) {
    const result = results.get(loaded.wtxid);
    if (result === undefined || result.kind === 'refused') continue;
    if (context.pool.entry(loaded.txid) !== undefined) continue;
    results.set(loaded.wtxid, { kind: 'refused', rejection: MEMPOOL_FULL });
    failed = MEMBER_FAILED;
  }
  return { fault: failed, members: results };
}

function acceptTogether(
  members: readonly LoadedTransaction[],
  context: AcceptanceContext,
  mode: AcceptanceMode,
  testOnly: boolean,
): PackageResult {
  const [only] = members;
  if (members.length === 1 && only !== undefined) {
    const result = acceptTransaction(only, context, mode, testOnly);
    return {
      fault: result.kind === 'refused' ? MEMBER_FAILED : undefined,
      members: new Map([[only.wtxid, result]]),
    };
  }
  const malformed = checkWellFormed(members);
  if (malformed !== undefined) return { fault: malformed, members: new Map() };
  const staged = new StagedChange(context.pool);
  const examined = examineAll(members, context, mode, staged);
  if ('fault' in examined) return examined;
  const { candidates } = examined;
  const refuse = (refused: Rejection | undefined): PackageResult | undefined =>
    refused === undefined ? undefined : { fault: { ...refused, scope: 'package' }, members: new Map() };
  const refuseMember = (
    loaded: LoadedTransaction,
    refused: Rejection,
    whole: PackageFault = MEMBER_FAILED,
  ): PackageResult => ({
    fault: whole,
    members: new Map([[loaded.wtxid, { kind: 'refused', rejection: refused }]]),
  });

  for (const { entry, parents } of candidates) {
    const details = checkPackageTruc(entry.loaded, entry.vsize, members, parents, context.pool);
    if (details !== undefined)
      return { fault: fault('package', 'TRUC-violation', details), members: new Map() };
  }
  const fee = candidates.reduce((sum, { entry }) => sum + entry.fee, 0n);
  const vsize = candidates.reduce((sum, { entry }) => sum + entry.vsize, 0);
  const cheap = mode.packageFeeRate ? checkFeeRate(fee, vsize) : undefined;
  if (cheap !== undefined) return refuseMember(members.at(-1)!, cheap);
  const replaces = candidates.some((candidate) => candidate.conflicts.size > 0);
  const unfit =
    refuse(replaces ? checkPackageReplacement(candidates, context.pool, staged) : undefined) ??
    refuse(staged.checkClusters());
  if (unfit !== undefined) return unfit;
  const unswept = checkEphemeralSpends(members, context.pool);
  if (unswept !== undefined) {
    return refuseMember(unswept.child, unswept.rejection, fault('transaction', 'unspent-dust'));
  }
  const accepted = acceptedMembers(candidates, mode, { fee, size: vsize }, staged);
  for (const [index, { entry, spent }] of candidates.entries()) {
    const refused = context.scripts.checkForMempool(entry.loaded, spent);
    if (refused === undefined) continue;
    // A test has its verdict on the members before.
    const before = testOnly ? [...accepted].slice(0, index) : [];
    const result: Refused = { kind: 'refused', rejection: refused };
    return { fault: MEMBER_FAILED, members: new Map([...before, [entry.loaded.wtxid, result]]) };
  }
  if (!testOnly) staged.apply();
  return { fault: undefined, members: accepted };
}

/** Each member in turn, with the outputs of those before it; the first refusal ends it. */
function examineAll(
  members: readonly LoadedTransaction[],
  context: AcceptanceContext,
  mode: AcceptanceMode,
  staged: StagedChange,
): PackageResult | { readonly candidates: readonly Candidate[] } {
  const view = new MempoolView(context.coins, context.pool, context.tip.height + 1);
  const candidates: Candidate[] = [];
  for (const loaded of members) {
    const candidate = examine(loaded, context, view, mode);
    const refused = 'reason' in candidate ? candidate : checkMaxFeeRate(candidate.entry, mode.maxFeeRate);
    if (refused !== undefined || 'reason' in candidate) {
      const result: Refused = { kind: 'refused', rejection: refused ?? (candidate as Rejection) };
      return { fault: MEMBER_FAILED, members: new Map([[loaded.wtxid, result]]) };
    }
    view.include(loaded);
    staged.add(candidate.entry);
    candidates.push(candidate);
  }
  return { candidates };
}

function acceptedMembers(
  candidates: readonly Candidate[],
  mode: AcceptanceMode,
  joint: FeeRate,
  staged: StagedChange,
): ReadonlyMap<Txid, MemberResult> {
  const all = candidates.map(({ entry }) => entry.loaded.wtxid);
  const replaced = [...staged.removed].map((gone) => gone.loaded.txid);
  return new Map(
    candidates.map(({ entry }, index) => [
      entry.loaded.wtxid,
      {
        kind: 'accepted',
        vsize: entry.vsize,
        fee: entry.fee,
        effective: mode.packageFeeRate ? joint : { fee: entry.fee, size: entry.vsize },
        includes: mode.packageFeeRate ? all : [entry.loaded.wtxid],
        // Core reports what a package replaces with its first member.
        replaced: index === 0 ? replaced : [],
      },
    ]),
  );
}
