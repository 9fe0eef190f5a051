import { equalBytes } from '../../primitives/bytes.ts';
import { openingHash } from '../../wire/hashes.ts';
import { encodeMessage, type MessageOf } from '../../wire/messages.ts';
import type { ChannelEvent } from '../event.ts';
import { deliveryFault } from '../post/content.ts';
import type { PostedMessage } from '../post/record.ts';
import type { OpenState } from '../state.ts';
import { ignored, LATER, type Moved, moved, type Step } from '../step.ts';
import { timesOf } from '../times.ts';
import { noteFormer, noteSecond, onSecond } from './equivocation.ts';
import { withOpening } from './progress.ts';
import type { DeliveryRecord, OpeningRecord, ReceiptRecord } from './record.ts';

type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;

/** W's delivery, directly: accepted up to H0 + t0, when its ciphertexts are here and give R. */
export function takeDelivery(state: OpenState, event: Received, message: MessageOf<'delivery'>): Step {
  const { agreement, self, tip, delivery } = state;
  if (event.from !== 'worker') return ignored('delivery-malformed', event.from, 'only the Worker delivers');
  if (delivery !== null) return onSecond(state, event, 'delivery', delivery.hash);
  const fault = deliveryFault(agreement, message);
  if (fault !== undefined) return ignored('delivery-malformed', 'worker', fault);
  const times = timesOf(state);
  if (times === null) return LATER;
  const own = self === 'worker';
  if (!own && tip > times.deliveryBy) return late('delivery', times.deliveryBy);
  const { sealed: hash, signature } = event;
  const next = {
    ...state,
    delivery: {
      root: message.root,
      hash,
      signature,
      rebuilt: own ? true : null,
      acceptedAt: own ? tip : null,
    },
  };
  return moved(next, [], own ? [] : [{ kind: 'check-delivery', deliveryHash: hash, sources: ['worker'] }]);
}

/** W's opening, directly: accepted up to H0 + t0 + 2Δ, well-formed and signed; what is wrong in it, a check finds. */
export function takeOpening(state: OpenState, event: Received, message: MessageOf<'opening'>): Step {
  const { self, tip, opening } = state;
  if (event.from !== 'worker') return ignored('opening-mismatch', event.from, 'only the Worker opens');
  if (opening !== null) return onSecond(state, event, 'opening', opening.sealed);
  const times = timesOf(state);
  if (times === null) return LATER;
  if (self !== 'worker' && tip > times.openingBy) return late('opening', times.openingBy);
  return moved(
    withDrafts(withOpening(state, recordOf(state, event, message)), encodeMessage(message).length),
  );
}

function recordOf(state: OpenState, event: Received, message: MessageOf<'opening'>): OpeningRecord {
  return {
    hash: openingHash(encodeMessage(message)),
    sealed: event.sealed,
    signature: event.signature,
    root: message.root,
    seeds: { client: message.challengeClient, verifier: message.challengeVerifier },
    acceptedAt: state.tip,
  };
}

/** C and V owe a receipt for the opening from here on. */
function withDrafts(state: OpenState, bytes: number): OpenState {
  if (state.self !== 'client' && state.self !== 'verifier') return state;
  return { ...state, drafts: { ...state.drafts, opening: { bytes, height: state.tip, blockHash: null } } };
}

function late(what: 'delivery' | 'opening', by: number): Step {
  return ignored(
    'document-late',
    'worker',
    `the ${what} came after block ${by}; it counts if it was posted in time`,
  );
}

type Checked = Extract<ChannelEvent, { readonly kind: 'delivery-checked' }>;

/** The ciphertexts that W announced directly are here, or do not give R: the tip of this moment counts. */
export function concludeDelivery(state: OpenState, event: Checked): Moved | undefined {
  const { delivery, drafts, tip } = state;
  if (delivery === null || delivery.rebuilt !== null || !equalBytes(delivery.hash, event.deliveryHash))
    return undefined;
  const times = timesOf(state);
  const inTime = event.ok && times !== null && tip <= times.deliveryBy;
  const { bytes, height, blockHash } = event;
  const next = {
    ...state,
    delivery: { ...delivery, rebuilt: event.ok, acceptedAt: inTime ? tip : null },
    drafts: event.ok ? { ...drafts, delivery: { bytes, height, blockHash } } : drafts,
  };
  const reason = 'the delivered ciphertexts and hashes do not give R';
  const fault = event.ok ? null : ({ code: 'delivery-malformed', culprit: 'worker', reason } as const);
  return { ...moved(next), fault };
}

/** A delivery was accepted by Post: it counts, unless another was accepted before. Another one that was only announced does not. */
export function acceptDelivery(state: OpenState, posted: PostedMessage): OpenState {
  const { detail, sealed: hash, signature, acceptedAt, timely } = posted;
  if (detail?.of !== 'delivery') return state;
  const known = state.delivery;
  const other = known !== null && !equalBytes(known.hash, hash);
  if (!timely || (known !== null && known.acceptedAt !== null)) {
    return other ? noteSecond(state, 'delivery', posted) : state;
  }
  const delivery: DeliveryRecord = { root: detail.root, hash, signature, rebuilt: true, acceptedAt };
  if (!other) return { ...state, delivery };
  const former = noteFormer(state, 'delivery', { sealed: known.hash, signature: known.signature });
  const without = (record: ReceiptRecord): ReceiptRecord => ({ ...record, delivery: null });
  const { client, verifier } = state.receipts;
  return { ...former, delivery, receipts: { client: without(client), verifier: without(verifier) } };
}

/** An opening was accepted by Post. @param bytes - of its body */
export function acceptOpening(state: OpenState, posted: PostedMessage, bytes: number): OpenState {
  const { detail, sealed, signature, timely } = posted;
  if (detail?.of !== 'opening') return state;
  if (state.opening !== null) {
    return equalBytes(state.opening.sealed, sealed) ? state : noteSecond(state, 'opening', posted);
  }
  if (!timely) return state;
  const { openingHash: hash, root, seeds } = detail;
  return withDrafts(
    withOpening(state, { hash, sealed, signature, root, seeds, acceptedAt: state.tip }),
    bytes,
  );
}
