import type { Txid } from '@prometheus-compute/protocol';
import { checkTransaction, isCoinbase } from '../../transaction/index.ts';
import { checkInputs, spentOutputs } from '../consensus/check-inputs.ts';
import type { ScriptChecker } from '../consensus/check-scripts.ts';
import type { CoinSet, UnspentOutput } from '../consensus/coins.ts';
import { isFinal } from '../consensus/finality.ts';
import { sigOpsCost } from '../consensus/sig-ops.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { type FeeRate, feeAt } from '../money.ts';
import { outpointKey } from '../outpoint.ts';
import { type Rejection, rejection } from '../verdict.ts';
import { adjustedWeight, type MempoolEntry, virtualSize } from './entry.ts';
import { dustOutputs } from './ephemeral.ts';
import { MAX_STANDARD_SIGOPS_COST, MIN_RELAY_FEE, MIN_STANDARD_BASE_SIZE } from './limits.ts';
import { type LockContext, type LockPoints, lockPointsAtTip, lockPointsMet } from './lock-points.ts';
import type { Mempool, MempoolView } from './pool.ts';
import { checkInputsStandard, checkStandard, isWitnessStandard } from './standard.ts';
import { checkTruc } from './truc.ts';

/** What acceptance looks at and changes. */
export interface AcceptanceContext extends LockContext {
  readonly pool: Mempool;
  readonly coins: CoinSet;
  readonly scripts: ScriptChecker;
  /** Unix seconds that new entries are stamped with. */
  readonly time: number;
  readonly nextSequence: () => number;
}

/** How strictly, and as part of what, a transaction is checked. */
export interface AcceptanceMode {
  /** Conflicts with the mempool are replacements rather than errors. */
  readonly replacement: boolean;
  /** The only child of a TRUC parent may be evicted for a better one. */
  readonly siblingEviction: boolean;
  /** The minimum feerate is asked of the package, not of the transaction. */
  readonly packageFeeRate: boolean;
  /** Returns from a disconnected block: no feerate, TRUC or ephemeral dust rules. */
  readonly fromBlock: boolean;
  /** Highest feerate that the caller meant to pay. */
  readonly maxFeeRate: FeeRate | undefined;
}

/** A transaction that passed all checks but those of fees against others and of scripts. */
export interface Candidate {
  readonly entry: MempoolEntry;
  readonly spent: readonly UnspentOutput[];
  /** Unconfirmed parents in the mempool. */
  readonly parents: readonly MempoolEntry[];
  /** Entries that would have to go: they spend the same outputs, or are the sibling to evict. */
  readonly conflicts: ReadonlySet<MempoolEntry>;
  readonly siblingEviction: boolean;
}

/** Everything about one transaction that is cheap to check, in Core's order. */
export function examine(
  loaded: LoadedTransaction,
  context: AcceptanceContext,
  view: MempoolView,
  mode: AcceptanceMode,
): Candidate | Rejection {
  const { pool, tip } = context;
  const isolated = checkIsolated(loaded, context);
  if (isolated !== undefined) return isolated;
  const conflicts = new Set<MempoolEntry>();
  for (const { txid, vout } of loaded.transaction.inputs) {
    const spender = pool.spender(outpointKey(txid, vout));
    if (spender === undefined) continue;
    if (!mode.replacement) return rejection('policy', 'bip125-replacement-disallowed');
    conflicts.add(spender);
  }
  const spent = spentOutputs(loaded, view);
  if (spent === undefined) {
    const confirmed = loaded.transaction.outputs.some((_, vout) =>
      context.coins.has(outpointKey(loaded.txid, vout)),
    );
    if (confirmed) return rejection('conflict', 'txn-already-known');
    return rejection('missing-inputs', 'bad-txns-inputs-missingorspent');
  }
  const lockPoints = lockPointsAtTip(loaded.transaction, spent, context);
  if (!lockPointsMet(lockPoints, context)) return rejection('premature', 'non-BIP68-final');
  const paid = checkInputs(loaded, spent, tip.height + 1);
  if ('reason' in paid) return paid;
  const entry = makeEntry(loaded, spent, paid.fee, lockPoints, context);
  const nonstandard = checkStandardSpending(entry, spent);
  if (nonstandard !== undefined) return nonstandard;
  if (!mode.fromBlock && !mode.packageFeeRate) {
    const cheap = checkFeeRate(entry.fee, entry.vsize);
    if (cheap !== undefined) return cheap;
  }
  const parents = pool.parents(loaded);
  let siblingEviction = false;
  if (!mode.fromBlock) {
    const ids = new Set<Txid>([...conflicts].map((conflict) => conflict.loaded.txid));
    const fault = checkTruc(loaded, entry.vsize, parents, ids, pool);
    if (fault !== undefined) {
      if (!mode.siblingEviction || fault.sibling === undefined) {
        return rejection('policy', 'TRUC-violation', fault.details);
      }
      conflicts.add(fault.sibling);
      siblingEviction = true;
    }
  }
  return { entry, spent, parents, conflicts, siblingEviction };
}

/** Whether a fee meets the minimum that is relayed. */
export function checkFeeRate(fee: bigint, vsize: number): Rejection | undefined {
  const required = feeAt(MIN_RELAY_FEE, vsize);
  if (fee >= required) return undefined;
  return rejection('reconsiderable', 'min relay fee not met', `${fee} < ${required}`);
}

/** Rules that need none of the outputs that the transaction spends. */
function checkIsolated(loaded: LoadedTransaction, { pool, tip }: AcceptanceContext): Rejection | undefined {
  const fault = checkTransaction(loaded.transaction);
  if (fault !== undefined) return rejection('consensus', fault);
  if (isCoinbase(loaded.transaction)) return rejection('consensus', 'coinbase');
  const nonstandard = checkStandard(loaded);
  if (nonstandard !== undefined) return rejection('not-standard', nonstandard);
  if (loaded.baseSize < MIN_STANDARD_BASE_SIZE) return rejection('not-standard', 'tx-size-small');
  if (!isFinal(loaded.transaction, tip.height + 1, tip.medianTimePast))
    return rejection('premature', 'non-final');
  const same = pool.entry(loaded.txid);
  if (same === undefined) return undefined;
  return same.loaded.wtxid === loaded.wtxid
    ? rejection('conflict', 'txn-already-in-mempool')
    : rejection('conflict', 'txn-same-nonwitness-data-in-mempool');
}

function makeEntry(
  loaded: LoadedTransaction,
  spent: readonly UnspentOutput[],
  fee: bigint,
  lockPoints: LockPoints,
  context: AcceptanceContext,
): MempoolEntry {
  const cost = sigOpsCost(loaded, spent);
  const adjusted = adjustedWeight(loaded.weight, cost);
  return {
    loaded,
    fee,
    adjustedWeight: adjusted,
    vsize: virtualSize(adjusted),
    sigOpsCost: cost,
    lockPoints,
    time: context.time,
    height: context.tip.height,
    sequence: context.nextSequence(),
  };
}

function checkStandardSpending(entry: MempoolEntry, spent: readonly UnspentOutput[]): Rejection | undefined {
  const { loaded } = entry;
  const inputs = checkInputsStandard(loaded.transaction, spent);
  if (inputs !== undefined) return rejection('not-standard', 'bad-txns-nonstandard-inputs', inputs);
  if (!isWitnessStandard(loaded.transaction, spent))
    return rejection('not-standard', 'bad-witness-nonstandard');
  // Ephemeral dust: nobody may have a reason to mine it without the child that sweeps it.
  if (entry.fee !== 0n && dustOutputs(loaded.transaction).length > 0) {
    return rejection('not-standard', 'dust', 'tx with dust output must be 0-fee');
  }
  if (entry.sigOpsCost > MAX_STANDARD_SIGOPS_COST) {
    return rejection('not-standard', 'bad-txns-too-many-sigops', `${entry.sigOpsCost}`);
  }
  return undefined;
}
