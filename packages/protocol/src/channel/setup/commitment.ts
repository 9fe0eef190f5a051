import { contractHash } from '../../contract/contract-codec.ts';
import { parties } from '../../contract/party.ts';
import { completeTransaction } from '../../transactions/complete.ts';
import { transactionOf } from '../../transactions/graph.ts';
import { graphOf } from '../agreement.ts';
import { NO_ARBITRATION } from '../arbitration/record.ts';
import type { ChannelEvent } from '../event.ts';
import type { ReceiptRecord } from '../operation/record.ts';
import type { ComputationState, SignaturesStep } from '../state.ts';
import { moved, type Step, toAll } from '../step.ts';

/** Confirmations of Tx0 after which the Worker starts (T §Setup). */
export const OPEN_CONFIRMATIONS = 3;

/** C holds every input signature: Tx0 is complete, and C's duty to publish it begins. */
export function finishCommitment(state: SignaturesStep): Step {
  const graph = graphOf(state.agreement);
  const signatures = new Map(Object.entries(state.signatures.plain));
  const commitment = completeTransaction(graph, 'Tx0', signatures);
  const { txid } = transactionOf(graph, 'Tx0');
  const message = {
    kind: 'commitmentBroadcast',
    channel: contractHash(state.agreement.contract),
    txid,
  } as const;
  const others = parties(state.agreement.arbiters.length).filter((party) => party !== 'client');
  return moved({ ...state, commitment, announced: txid }, toAll(others, message));
}

/**
 * Tx0 is in a block. The channel is in Computation from here; the Worker waits for the confirmations, so that a shallow
 * reorganisation costs it nothing.
 */
export function onCommitmentConfirmed(
  state: SignaturesStep,
  event: Extract<ChannelEvent, { kind: 'confirmed' }>,
): Step {
  const nothing: ReceiptRecord = { delivery: null, opening: null, opened: null };
  const next: ComputationState = {
    name: 'computation',
    self: state.self,
    agreement: state.agreement,
    signatures: state.signatures,
    tip: state.tip,
    commitmentHeight: event.height,
    delivery: null,
    opening: null,
    receipts: { client: nothing, verifier: nothing },
    equivocations: [],
    posts: [],
    substitutes: { client: null, verifier: null },
    checked: null,
    verdict: null,
    released: false,
    accusation: null,
    drafts: { delivery: null, opening: null },
    begun: [],
    blocksAsked: [],
    arbitration: NO_ARBITRATION,
  };
  return moved(next);
}
