import { type Clock, clock } from '@prometheus-compute/protocol';
import type { Actor } from '../stage/actor.ts';
import type { Stage } from '../stage/stage.ts';

/** Mines until Tx0 is in a block, and gives H0. */
export async function committed(stage: Stage): Promise<number> {
  await stage.mineUntil(() => stage.isCommitted, 'Tx0', 30);
  return stage.commitmentHeight;
}

/** The durations of the contract that a party is in. */
export function clockOf(actor: Actor): Clock {
  const { parameters, contract } = actor.openGraph.terms;
  return clock(parameters, contract);
}

/** Δ of the contract that a party is in. */
export const deltaOf = (actor: Actor): number => actor.openGraph.terms.contract.confirmationBlocks;

/** H0 + `after`; never, before Tx0 is in a block. */
export function fromCommitment(actor: Actor, after: (clock: Clock) => number): number {
  const { commitmentHeight } = actor;
  return commitmentHeight === undefined ? Number.POSITIVE_INFINITY : commitmentHeight + after(clockOf(actor));
}

/** Height of a dispute's transaction, as a party knows it. */
export function disputeHeight(actor: Actor, id: 'TxV0' | 'TxV1' | 'TxA' | 'TxAc'): number | undefined {
  const state = actor.recorded?.state;
  const open = state?.name === 'closed' ? state.before : state;
  if (open?.name !== 'arbitration') return undefined;
  return open.disputes.find(({ transaction }) => transaction === id)?.height;
}

/** The tip before the first block that may hold a verdict: H0 + t0 + 2Δ − 1. */
export const verdictTip = (actor: Actor): number => fromCommitment(actor, ({ verdict }) => verdict - 1);
