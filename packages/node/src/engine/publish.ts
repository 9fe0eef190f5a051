import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  adaptorSlotsOf,
  type Duty,
  type Graph,
  type GraphTransaction,
  type Txid,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { SubmitOutcome } from '../ports/chain.ts';
import type { ChannelRecord } from './channel-record.ts';
import { completeDuty } from './complete-duty.ts';
import type { EnginePorts } from './engine-ports.ts';
import { larger, smaller } from './fees/amounts.ts';
import { affordableRate, type Bump, conflictsOf, planChild, waitingRate } from './fees/bump.ts';
import { childOutput } from './fees/child-output.ts';
import type { Reserve } from './fees/reserves.ts';
import { scheduledRate } from './fees/schedule.ts';
import type { FeePolicy } from './tasks/context.ts';

/** The child that pays for a transaction. */
export interface PaidChild {
  readonly txid: Txid;
  /** Satoshis. */
  readonly fee: bigint;
  /** Satoshis per 1000 vB of both together. */
  readonly rate: bigint;
}

/**
 * What came of publishing. `waits`: it is in the mempool and pays what it has to. `short`: it pays less, and what may be
 * spent is not enough for more. `withheld`: it would show h_p and could not confirm.
 */
export type Publication =
  | { readonly kind: 'handed'; readonly child: PaidChild | null }
  | { readonly kind: 'waits' }
  | { readonly kind: 'short' | 'refused' | 'withheld'; readonly reason: string };

/** What publishing takes. */
export type PublishPorts = Pick<EnginePorts, 'chain' | 'signer' | 'wallet'>;

/** A duty at one tip. */
export interface PublishOrder {
  readonly record: ChannelRecord;
  readonly graph: Graph;
  readonly duty: Pick<Duty, 'transaction' | 'confirmBy'>;
  readonly tip: number;
  /** Tip at which it was handed to the chain first; null: never. */
  readonly first: number | null;
  readonly reserve: Reserve | undefined;
  /** Own script for what children leave. */
  readonly to: Uint8Array;
  /** Called before h_p leaves this node for the first time: what it resolves after is stored. */
  readonly beforeShowing: () => Promise<void>;
}

/** Whether publishing a transaction shows h_p to C (D9): W completes C's adaptor signature with it. */
export function reveals({ state }: ChannelRecord, graph: Graph, id: Duty['transaction']): boolean {
  return 'self' in state && state.self === 'worker' && adaptorSlotsOf(graph, id).length > 0;
}

/**
 * Hands a transaction to the chain, or raises its fee (D16). A parent without fee goes as a package with a child on its
 * anchor. A settlement goes alone first, and from the next block on with a child where it pays less than the schedule
 * asks for.
 */
export async function publish(
  order: PublishOrder,
  ports: PublishPorts,
  policy: FeePolicy,
): Promise<Publication | undefined> {
  const { record, graph, duty, first } = order;
  const parent = transactionOf(graph, duty.transaction);
  const estimate = await ports.chain.feeRate();
  const bump = bumpOf(order, parent, ports, policy);
  const shows = first === null && reveals(record, graph, duty.transaction);
  if (shows) {
    // h_p in a transaction that nobody mines: C would decrypt, and take Tx1 at t3.
    const most = bump === undefined ? rateAlone(parent) : affordableRate(bump);
    if (most < estimate && rateAlone(parent) < estimate) {
      const reason = `the chain asks for ${estimate} sat/kvB, and this contract can pay ${most}: h_p is not shown`;
      return { kind: 'withheld', reason };
    }
  }
  const waiting = await ports.chain.waiting(parent.txid);
  const wanted = wantedRate(order, parent, estimate, policy);
  if (waiting !== undefined && waitingRate(waiting) >= wanted) return { kind: 'waits' };
  const bytes = completeDuty(record, duty.transaction, ports.signer);
  if (bytes === undefined) return undefined;
  // D9: from the moment at which a backend has it, C may know h_p.
  if (shows) await order.beforeShowing();

  if (waiting === undefined && !parent.zeroFee && rateAlone(parent) >= wanted) {
    const alone = await ports.chain.submit(bytes);
    if (alone.kind !== 'rejected') return { kind: 'handed', child: null };
    // Perhaps it pays too little for the mempool, or for what it replaces: with a child it may pass.
    const paid = bump && (await withChild(bump, bytes, wanted, ports));
    return paid?.kind === 'handed' ? paid : { kind: 'refused', reason: alone.reason };
  }
  const paid: Publication = bump === undefined ? NO_OUTPUT : await withChild(bump, bytes, wanted, ports);
  if (paid.kind === 'handed') return paid;
  if (waiting !== undefined) return onItsWay(paid);
  if (parent.zeroFee) return paid.kind === 'short' ? { ...paid, kind: 'refused' } : paid;
  const alone = handed(await ports.chain.submit(bytes), null);
  return alone.kind === 'handed' ? onItsWay(paid) : alone;
}

const NO_OUTPUT: Publication = {
  kind: 'short',
  reason: 'it pays this party nothing that a child could spend',
};

/** The transaction itself waits in the mempool, whatever became of its child: it has left this node. */
const onItsWay = (paid: Publication): Publication =>
  paid.kind === 'refused' ? { ...paid, kind: 'short' } : paid;

const rateAlone = ({ fee, vsize }: GraphTransaction): bigint => (fee * 1_000n) / BigInt(vsize);

function bumpOf(
  { record, graph, duty, reserve, to }: PublishOrder,
  parent: GraphTransaction,
  ports: PublishPorts,
  policy: FeePolicy,
): Bump | undefined {
  const output = childOutput(record, graph, duty.transaction, ports);
  if (output === undefined) return undefined;
  // Tx0's child has C's change and no more: the reserve is for what follows Tx0.
  return { parent, output, policy, to, reserve: duty.transaction === 'Tx0' ? undefined : reserve };
}

/** At least what the chain asks for, as far as the policy goes; a settlement's own fee is tried once before the schedule. */
function wantedRate(
  { duty, tip, first, graph }: PublishOrder,
  { zeroFee }: GraphTransaction,
  estimate: bigint,
  policy: FeePolicy,
): bigint {
  const asked = smaller(estimate, policy.maxFeeRate);
  if (!zeroFee && (first ?? tip) === tip) return asked;
  const window = graph.terms.contract.confirmationBlocks;
  const scheduled = scheduledRate({ first: first ?? tip, tip, confirmBy: duty.confirmBy, window }, policy);
  return larger(scheduled, asked);
}

async function withChild(
  bump: Bump,
  parentBytes: Uint8Array,
  wanted: bigint,
  { chain, wallet }: PublishPorts,
): Promise<Publication> {
  const waiting = await chain.waiting(bump.parent.txid);
  const conflicts = waiting === undefined ? await conflictsOf(bump.parent, chain) : [];
  const plan = planChild(bump, wanted, waiting, conflicts);
  if (plan.kind === 'enough') return { kind: 'waits' };
  if (plan.kind === 'short') return plan;
  const { coins, fee, rate } = plan.child;
  const child = wallet.child({ output: bump.output, coins, to: bump.to, fee });
  const outcome =
    waiting === undefined ? await chain.submitPackage([parentBytes, child]) : await chain.submit(child);
  return handed(outcome, { txid: transactionId(parseTransaction(child)), fee, rate });
}

function handed(outcome: SubmitOutcome, child: PaidChild | null): Publication {
  return outcome.kind === 'rejected'
    ? { kind: 'refused', reason: outcome.reason }
    : { kind: 'handed', child };
}
