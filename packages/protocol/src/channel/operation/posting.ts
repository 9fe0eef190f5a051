import type { Party } from '../../contract/party.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { acceptOwn, findPosted } from '../post/accept.ts';
import type { PostedDetail, SealedMessage } from '../post/record.ts';
import { relayTask } from '../post/relay.ts';
import type { OpenState } from '../state.ts';
import { timesOf } from '../times.ts';
import type { Act, Progress } from './progress.ts';

/** A message that this party holds is shown to all: it counts for itself as accepted now, at a tip up to `deadline`. */
function show(
  state: OpenState,
  { kind, author, sealed, signature }: SealedMessage,
  detail: PostedDetail,
  deadline: number,
): Progress {
  const next = acceptOwn(state, { kind, author, sealed, signature, detail, deadline, timely: true });
  return { state: next, tasks: [relayTask(next, findPosted(next, { author, sealed })!)] };
}

function isAccepted(state: OpenState, author: Party, sealed: Hash32): boolean {
  return findPosted(state, { author, sealed })?.acceptedAt != null;
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
  if (isAccepted(state, 'worker', delivery.hash)) return undefined;
  const { hash: sealed, signature, root } = delivery;
  const message: SealedMessage = { kind: 'delivery', author: 'worker', sealed, signature };
  return show(state, message, { of: 'delivery', root }, times.deliveryBy);
};

/** The same for the opening. */
export const postOpening: Act = (state) => {
  const { self, opening } = state;
  const times = timesOf(state);
  if (self.startsWith('arbiter:') || opening === null || times === null) return undefined;
  if (!isUrgent(state, times.openingBy, times.B) || !lacksReceipt(state, 'opening')) return undefined;
  if (isAccepted(state, 'worker', opening.sealed)) return undefined;
  const { hash: openingHash, sealed, signature, root, seeds } = opening;
  const message: SealedMessage = { kind: 'opening', author: 'worker', sealed, signature };
  return show(state, message, { of: 'opening', root, openingHash, seeds }, times.openingBy);
};

/**
 * D37: whoever of C and V holds a receipt with a seed, its own or the other's, and no opening when the time for seeds runs
 * out, posts it: then nobody can say that another sample was due.
 */
export const postSeeds: Act = (state) => {
  const { self, opening, receipts, delivery } = state;
  const times = timesOf(state);
  if ((self !== 'client' && self !== 'verifier') || opening !== null || times === null || delivery === null) {
    return undefined;
  }
  for (const opener of ['verifier', 'client'] as const) {
    const { delivery: receipt, seed } = receipts[opener];
    if (receipt === null || !isUrgent(state, times.seedBy[opener], times.B)) continue;
    if (isAccepted(state, receipt.author, receipt.sealed)) continue;
    const { root, hash: message } = delivery;
    const detail: PostedDetail = { of: 'receipt', subject: 'delivery', root, message, seed };
    return show(state, receipt, detail, times.seedBy[opener]);
  }
  return undefined;
};

/** W: whether what it owed was known to all in time, so that an appeal is right: both receipts, or posted itself. */
export function didItsPart(state: OpenState): boolean {
  const { delivery, opening, receipts } = state;
  if (delivery === null || opening === null) return false;
  const known = (subject: 'delivery' | 'opening', sealed: Hash32) =>
    (receipts.client[subject] !== null && receipts.verifier[subject] !== null) ||
    findPosted(state, { author: 'worker', sealed })?.timely === true;
  return known('delivery', delivery.hash) && known('opening', opening.sealed);
}
