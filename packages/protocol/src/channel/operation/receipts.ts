import { contractHash } from '../../contract/contract-codec.ts';
import { ROLES } from '../../contract/party.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import { receiptFault } from '../post/content.ts';
import type { SealedMessage } from '../post/record.ts';
import type { OpenState } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step, toAll } from '../step.ts';
import { type Act, askBlock } from './progress.ts';
import type { OpenedSeed, ReceiptRecord } from './record.ts';
import { isTimeForSeed } from './seeds.ts';

type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;

/** The own seed is open: the receipt for the delivery says it, to the others and to itself, where its signed form is kept. */
export function giveDeliveryReceipt(state: OpenState, seed: Hash32): Step {
  const { self, delivery, drafts, receipts } = state;
  if (delivery === null || drafts.delivery === null || drafts.delivery.blockHash === null) return STALE;
  if (self === 'client' && !isTimeForSeed(state)) return STALE;
  const { bytes, height, blockHash } = drafts.delivery;
  const verifierSeed = self === 'client' ? (receipts.verifier.opened?.seed ?? null) : null;
  const message: MessageOf<'receipt'> = {
    kind: 'receipt',
    channel: contractHash(state.agreement.contract),
    subject: 'delivery',
    root: delivery.root,
    message: delivery.hash,
    signature: delivery.signature,
    bytes,
    height,
    blockHash,
    seed,
    verifierSeed,
  };
  return moved({ ...state, drafts: { ...drafts, delivery: null } }, toAll(ROLES, message));
}

/** C, V: the receipt for the opening goes out before any long check, when the hash of its block is known. */
export const giveOpeningReceipt: Act = (state) => {
  const { opening, drafts } = state;
  if (opening === null || drafts.opening === null) return undefined;
  const { bytes, height, blockHash } = drafts.opening;
  if (blockHash === null) return askBlock(state, height);
  const message: MessageOf<'receipt'> = {
    kind: 'receipt',
    channel: contractHash(state.agreement.contract),
    subject: 'opening',
    root: opening.root,
    message: opening.sealed,
    signature: opening.signature,
    bytes,
    height,
    blockHash,
    seed: null,
    verifierSeed: null,
  };
  return { state: { ...state, drafts: { ...drafts, opening: null } }, messages: toAll(ROLES, message) };
};

/** A receipt has come directly. */
export function takeReceipt(
  state: OpenState,
  event: Received,
  message: MessageOf<'receipt'>,
  context: ChannelContext,
): Step {
  const { from } = event;
  if (from !== 'client' && from !== 'verifier')
    return ignored('receipt-mismatch', from, 'C and V give receipts');
  const record = state[message.subject];
  if (record === null) return LATER;
  const fault = receiptFault(state.agreement, from, message, context);
  if (fault !== undefined) return ignored('receipt-mismatch', from, fault);
  if (state.receipts[from][message.subject] !== null)
    return ignored('out-of-place', from, 'a second receipt');
  const sealed: SealedMessage = {
    kind: 'receipt',
    author: from,
    sealed: event.sealed,
    signature: event.signature,
  };
  const next = withReceipt(state, from, message, sealed);
  if (next.receipts[from][message.subject] !== null) return moved(next);
  const reason = `the ${from}'s receipt is for another ${message.subject}`;
  return moved(next, [], [], { code: 'receipt-mismatch', culprit: from, reason });
}

/** Receipts that were accepted by Post, or that W has read there, for what this party has now. */
export const matchReceipts: Act = (state) => {
  for (const { kind, author, sealed, signature, acceptedAt, detail } of state.posts) {
    if (acceptedAt === null || detail?.of !== 'receipt' || (author !== 'client' && author !== 'verifier'))
      continue;
    const next = withReceipt(state, author, detail, { kind, author, sealed, signature });
    if (next !== state) return { state: next };
  }
  return undefined;
};

type Content = Pick<MessageOf<'receipt'>, 'subject' | 'root' | 'message' | 'seed' | 'verifierSeed'>;

/** What a receipt changes: the first that is for what counts here binds its author, the first that opens a seed is answered. */
function withReceipt(
  state: OpenState,
  from: 'client' | 'verifier',
  content: Content,
  signed: SealedMessage,
): OpenState {
  const { subject, root, message } = content;
  const known = state.receipts[from];
  const counts = state[subject];
  if (counts === null) return state;
  const name = 'sealed' in counts ? counts.sealed : counts.hash;
  const fits = equalBytes(message, name) && equalBytes(root, counts.root);
  const binds = fits && known[subject] === null;
  const opened = known.opened ?? openedBy(counts, from, content, signed);
  if (!binds && opened === known.opened) return state;
  const record: ReceiptRecord = { ...known, ...(binds ? { [subject]: signed } : {}), opened };
  return { ...state, receipts: { ...state.receipts, [from]: record } };
}

/**
 * D37: C's receipt is answered where it is for R; V's seed, which C takes up, counts whatever its receipt is for. A receipt for
 * the opening carries no seed.
 */
function openedBy(
  delivery: { readonly root: Hash32 },
  from: 'client' | 'verifier',
  { root, message, seed, verifierSeed }: Content,
  receipt: SealedMessage,
): OpenedSeed | null {
  if (seed === null) return null;
  if (from === 'client' && !equalBytes(root, delivery.root)) return null;
  return { receipt, of: { root, message }, seed, verifierSeed };
}
