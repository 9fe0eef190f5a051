import {
  clock,
  type GraphTransaction,
  type TransactionId,
  toHex,
  transactionOf,
  type VariantFamily,
} from '@prometheus-compute/protocol';
import { SimulationError } from './errors.ts';
import type { Stage } from './stage.ts';

/** A transaction of the newest graph. @throws SimulationError `out-of-place` before there is a graph */
export const transactionIn = (stage: Stage, id: TransactionId): GraphTransaction =>
  transactionOf(stage.client.openGraph, id);

/** Whether a transaction of the newest graph waits in the mempool. */
export function isWaiting(stage: Stage, id: TransactionId): boolean {
  const txid = stage.names.txidOf(id, stage.actors);
  return txid !== undefined && stage.network.chain.mempool.entry(txid) !== undefined;
}

/** The decision of a family that waits in the mempool, if there is one. */
export function waitingDecision(stage: Stage, family: VariantFamily): TransactionId | undefined {
  const ids = [...(stage.client.graph?.transactions.keys() ?? [])];
  return ids.find((id) => id.startsWith(`${family}:`) && isWaiting(stage, id));
}

/** What the chain would say to a transaction in the next block: `accepted`, or its reason. */
export const objectionTo = (stage: Stage, bytes: Uint8Array): Promise<string> =>
  stage.options.chain.objectionTo(bytes);

/** Tx0 with all signatures, once the Client has it and it is in no block. */
export function completeCommitment({ client: { state } }: Stage): Uint8Array | undefined {
  return state.name === 'setup' && state.step === 'signatures' ? (state.commitment ?? undefined) : undefined;
}

/** h_p as the Client has learned it, in hexadecimal. */
export function revealedSecret({ client: { state } }: Stage): string | undefined {
  const secret = state.name === 'closed' && state.how === 'settled' ? state.revealed : null;
  return secret === null ? undefined : toHex(secret);
}

/** HA: the height of the appeal or challenge that called the arbiters. @throws SimulationError `out-of-place` before */
export function courtHeight(stage: Stage): number {
  for (const { recorded } of stage.actors) {
    const state = recorded?.state;
    const open = state?.name === 'closed' ? state.before : state;
    if (open?.name === 'arbitration' && open.arbitration.court !== null) return open.arbitration.court.height;
  }
  throw new SimulationError('out-of-place', 'nobody has called the arbiters');
}

/** From this height on everybody can take everything that is its own: stakes, bond, and V's fee where it is C's now. */
export function lastRelease(stage: Stage): number {
  const { parameters, contract } = stage.client.openGraph.terms;
  const { feeWindow, release } = clock(parameters, contract);
  const settled = stage.actors.flatMap(({ recorded }) =>
    recorded?.state.name === 'closed' && recorded.state.how === 'settled' ? [recorded.state.height] : [],
  );
  return Math.max(stage.commitmentHeight + release, Math.max(...settled) + feeWindow);
}
