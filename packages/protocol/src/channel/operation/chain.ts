import { adaptorExtract } from '../../primitives/adaptor.ts';
import type { SecretScalar } from '../../primitives/brands.ts';
import { slotKey, slotsOf } from '../../transactions/signing.ts';
import { graphOf } from '../agreement.ts';
import { leaveCourt, startArbitration } from '../arbitration/on-court.ts';
import { onCleanEnd, UNRELEASED } from '../closing/clean-end.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import { signatureInSlot } from '../settlement-signature.ts';
import { onCommitmentConfirmed } from '../setup/commitment.ts';
import type { ArbitrationState, ClosedState, OpenState, OperationFrame } from '../state.ts';
import { moved, STALE, type Step } from '../step.ts';

type Confirmed = Extract<ChannelEvent, { kind: 'confirmed' }>;
type Unconfirmed = Extract<ChannelEvent, { kind: 'unconfirmed' }>;

/** A transaction of the graph is in a block: Tx0 again, a dispute, or the settlement that closes the channel. */
export function onConfirmed(state: OpenState, event: Confirmed): Step {
  switch (event.transaction) {
    case 'Tx0':
      return moved({ ...state, commitmentHeight: event.height });
    case 'TxV0':
    case 'TxV1':
    case 'TxA':
    case 'TxAc':
      return dispute(state, event);
    default:
      return settle(state, event);
  }
}

/** Reads everything of the frame anew, so that nothing of a narrower state stays behind. */
function frameOf({
  self,
  agreement,
  signatures,
  tip,
  commitmentHeight,
  delivery,
  opening,
  receipts,
  equivocations,
  posts,
  substitutes,
  checked,
  verdict,
  released,
  accusation,
  drafts,
  begun,
  blocksAsked,
  arbitration,
}: OpenState): OperationFrame {
  return {
    self,
    agreement,
    signatures,
    tip,
    commitmentHeight,
    delivery,
    opening,
    receipts,
    equivocations,
    posts,
    substitutes,
    checked,
    verdict,
    released,
    accusation,
    drafts,
    begun,
    blocksAsked,
    arbitration,
  };
}

function dispute(state: OpenState, event: Confirmed): Step {
  const known = disputesOf(state).filter(({ transaction }) => transaction !== event.transaction);
  const disputes = [...known, { transaction: event.transaction, height: event.height }];
  const next: ArbitrationState = {
    ...frameOf(state),
    name: 'arbitration',
    // TxV0 or TxV1 can come back alone: a node that was away finds TxA or TxAc where it was.
    disputes: disputes.sort((a, b) => a.height - b.height),
  };
  return moved(startArbitration(next));
}

function disputesOf(state: OpenState): ArbitrationState['disputes'] {
  return state.name === 'arbitration' ? state.disputes : [];
}

/** Without a dispute on the chain the channel is where W's documents have brought it. */
function undisputed(state: OpenState): OpenState {
  const frame = frameOf(leaveCourt(state));
  const { opening } = frame;
  return opening === null
    ? { ...frame, name: 'computation', opening }
    : { ...frame, name: 'verification', opening };
}

function settle(state: OpenState, event: Confirmed): Step {
  const revealed = state.self === 'client' ? revealedSecret(state, event) : null;
  const closed: ClosedState = {
    name: 'closed',
    how: 'settled',
    tip: state.tip,
    transaction: event.transaction,
    height: event.height,
    revealed,
    failures: null,
    cleanEnd: UNRELEASED,
    before: state,
  };
  if (revealed === null || state.delivery === null) return moved(closed);
  return moved(closed, [], [{ kind: 'decrypt', secret: revealed, deliveryHash: state.delivery.hash }]);
}

/** C learns h_p from the completed form of its own adaptor signature (D9); null where the settlement carries none. */
function revealedSecret(state: OpenState, event: Confirmed): SecretScalar | null {
  const graph = graphOf(state.agreement);
  for (const slot of slotsOf(graph, event.transaction)) {
    if (slot.kind !== 'adaptor') continue;
    const adaptor = state.signatures.adaptor[slotKey(slot)];
    const signature = signatureInSlot(graph, slot, event.bytes);
    if (adaptor === undefined || signature === undefined) continue;
    return adaptorExtract(adaptor, signature, state.agreement.contract.pointLock) ?? null;
  }
  return null;
}

/** A reorganisation has taken a transaction of the graph out of the chain. */
export function onUnconfirmed(state: OpenState, event: Unconfirmed): Step {
  if (event.transaction === 'Tx0') {
    // What was asked for by its height may be another block now.
    const substitutes = { client: null, verifier: null };
    return moved({ ...state, commitmentHeight: null, substitutes, blocksAsked: [] });
  }
  if (state.name !== 'arbitration') return STALE;
  const disputes = state.disputes.filter((item) => item.transaction !== event.transaction);
  if (disputes.length === 0) return moved(undisputed(state));
  const left = event.transaction === 'TxA' || event.transaction === 'TxAc';
  return moved(left ? leaveCourt({ ...state, disputes }) : { ...state, disputes });
}

/** Chain events of a closed channel: a reorganisation can open it again. */
export function onClosed(state: ClosedState, event: ChannelEvent, context: ChannelContext): Step {
  const ending = state.how === 'settled' ? onCleanEnd(state, event, context) : undefined;
  if (ending !== undefined) return ending;
  if (event.kind === 'tip') return moved({ ...state, tip: event.height });
  if (state.how === 'abandoned') {
    const late = event.kind === 'confirmed' && event.transaction === 'Tx0' && state.before !== null;
    return late ? onCommitmentConfirmed({ ...state.before, tip: state.tip }, event) : STALE;
  }
  if (event.kind === 'decrypted') return moved({ ...state, failures: event.failures });
  if (event.kind === 'unconfirmed' && event.transaction === state.transaction) {
    return moved({ ...state.before, tip: state.tip });
  }
  if (event.kind === 'confirmed' && event.transaction === state.transaction) {
    return moved({ ...state, height: event.height });
  }
  return STALE;
}
