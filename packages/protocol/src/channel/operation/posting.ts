import type { Party } from '../../contract/party.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { acceptOwn, findPosted } from '../post/accept.ts';
import type { PostedDetail, SealedMessage } from '../post/record.ts';
import { relayTask } from '../post/relay.ts';
import type { OpenState } from '../state.ts';
import { timesOf } from '../times.ts';
import { type Act, begin, type Progress } from './progress.ts';
import type { Beginning } from './record.ts';

type Shown = readonly [message: SealedMessage, detail: PostedDetail, deadline: number];

/** A message that this party holds is shown to all: it counts for itself as accepted now, at a tip up to `deadline`. */
function show(state: OpenState, ...[message, detail, deadline]: Shown): Progress {
  const { kind, author, sealed, signature } = message;
  const next = acceptOwn(state, { kind, author, sealed, signature, detail, deadline, timely: true });
  return { state: next, tasks: [relayTask(next, findPosted(next, { author, sealed })!)] };
}

function isAccepted(state: OpenState, author: Party, sealed: Hash32): boolean {
  return findPosted(state, { author, sealed })?.acceptedAt != null;
}

/**
 * Whether a document of W needs no more posting. W, whose acceptance says nothing about others, looks at what it posted itself:
 * somebody could have posted its document to W alone.
 */
function isDone(state: OpenState, sealed: Hash32, own: Beginning): boolean {
  return state.self === 'worker' ? state.begun.includes(own) : isAccepted(state, 'worker', sealed);
}

/** A document of W's is shown; W notes that it has. */
function showDocument(state: OpenState, own: Beginning, ...shown: Shown): Progress {
  return show(state.self === 'worker' ? begin(state, own) : state, ...shown);
}

/** Whether the tip is one of the last B before a deadline, or the deadline: what is not known to all by then is posted. */
function isUrgent({ tip }: OpenState, deadline: number, B: number): boolean {
  return tip >= deadline - B && tip <= deadline;
}

/** Whose receipt for a document is missing: W needs both, C and V need each other's (M §Fast path). */
function lacksReceipt({ self, receipts }: OpenState, subject: 'delivery' | 'opening'): boolean {
  return (
    (self !== 'client' && receipts.client[subject] === null) ||
    (self !== 'verifier' && receipts.verifier[subject] === null)
  );
}

/** W posts its delivery when a receipt is missing near the deadline; C and V relay what they have from it alone. */
export const postDelivery: Act = (state) => {
  const { self, delivery } = state;
  const times = timesOf(state);
  if (self.startsWith('arbiter:') || delivery === null || delivery.acceptedAt === null || times === null)
    return undefined;
  if (!isUrgent(state, times.deliveryBy, times.B) || !lacksReceipt(state, 'delivery')) return undefined;
  if (isDone(state, delivery.hash, 'delivery-post')) return undefined;
  const { hash: sealed, signature, root } = delivery;
  const message: SealedMessage = { kind: 'delivery', author: 'worker', sealed, signature };
  return showDocument(state, 'delivery-post', message, { of: 'delivery', root }, times.deliveryBy);
};

/** The same for the opening. */
export const postOpening: Act = (state) => {
  const { self, opening } = state;
  const times = timesOf(state);
  if (self.startsWith('arbiter:') || opening === null || times === null) return undefined;
  if (!isUrgent(state, times.openingBy, times.B) || !lacksReceipt(state, 'opening')) return undefined;
  if (isDone(state, opening.sealed, 'opening-post')) return undefined;
  const { hash: openingHash, sealed, signature, root, seeds } = opening;
  const message: SealedMessage = { kind: 'opening', author: 'worker', sealed, signature };
  const detail: PostedDetail = { of: 'opening', root, openingHash, seeds };
  return showDocument(state, 'opening-post', message, detail, times.openingBy);
};

/**
 * D37: C posts the receipt that opens its seed, unless it has paid already. Otherwise W = V could show C one opening that
 * answers it, and post another one that answers the hash of a block.
 */
export const postSeed: Act = (state) => {
  const { self, released, receipts } = state;
  const times = timesOf(state);
  const { opened } = receipts.client;
  if (self !== 'client' || released || times === null || opened === null) return undefined;
  if (!isUrgent(state, times.seedBy, times.B)) return undefined;
  const { receipt, of, seed, verifierSeed } = opened;
  if (isAccepted(state, 'client', receipt.sealed)) return undefined;
  const detail: PostedDetail = { of: 'receipt', subject: 'delivery', ...of, seed, verifierSeed };
  return show(state, receipt, detail, times.seedBy);
};

/** W: whether what it owed was known to all in time, so that an appeal is right: both receipts, or posted itself. */
export function didItsPart(state: OpenState): boolean {
  const { delivery, opening, receipts, begun } = state;
  if (delivery === null || opening === null) return false;
  const known = (subject: 'delivery' | 'opening') =>
    (receipts.client[subject] !== null && receipts.verifier[subject] !== null) ||
    begun.includes(`${subject}-post`);
  return known('delivery') && known('opening');
}
