import { contractHash } from '../../contract/contract-codec.ts';
import { ROLES } from '../../contract/party.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import { receiptFault } from '../post/content.ts';
import type { PostedMessage, SealedMessage } from '../post/record.ts';
import type { OpenState } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step, toAll } from '../step.ts';
import { type Act, askBlock } from './progress.ts';
import type { ReceiptRecord } from './record.ts';

type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;

/** The own seed is open: the receipt for the delivery says it, to the others and to itself, where its signed form is kept. */
export function giveDeliveryReceipt(state: OpenState, seed: Hash32): Step {
  const { delivery, drafts } = state;
  if (delivery === null || drafts.delivery === null || drafts.delivery.blockHash === null) return STALE;
  const { bytes, height, blockHash } = drafts.delivery;
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
  };
  return { state: { ...state, drafts: { ...drafts, opening: null } }, messages: toAll(ROLES, message) };
};

/** A receipt has come directly. A real seed always counts (D37), whatever the receipt is for. */
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
  const named = equalBytes(message.root, record.root);
  const next = withReceipt(state, from, message, named ? sealed : null);
  if (next.receipts[from][message.subject] !== null) return moved(next);
  const reason = `the ${from}'s receipt is for another ${message.subject}`;
  return moved(next, [], [], { code: 'receipt-mismatch', culprit: from, reason });
}

/** A receipt was accepted by Post, or W has read it. */
export function acceptReceipt(state: OpenState, posted: PostedMessage): OpenState {
  const { author, detail } = posted;
  if (detail?.of !== 'receipt' || (author !== 'client' && author !== 'verifier')) return state;
  const { kind, sealed, signature } = posted;
  return withReceipt(state, author, detail, { kind, author, sealed, signature });
}

/** Receipts that were posted before this party had what they are for. */
export const matchReceipts: Act = (state) => {
  for (const { kind, author, sealed, signature, acceptedAt, detail } of state.posts) {
    if (acceptedAt === null || detail?.of !== 'receipt' || (author !== 'client' && author !== 'verifier'))
      continue;
    if (state.receipts[author][detail.subject] !== null) continue;
    const next = withReceipt(state, author, detail, { kind, author, sealed, signature });
    if (next.receipts[author][detail.subject] !== null) return { state: next };
  }
  return undefined;
};

function withReceipt(
  state: OpenState,
  from: 'client' | 'verifier',
  { subject, message, seed }: Pick<MessageOf<'receipt'>, 'subject' | 'message' | 'seed'>,
  signed: SealedMessage | null,
): OpenState {
  const known = state.receipts[from];
  const names = subject === 'delivery' ? state.delivery?.hash : state.opening?.sealed;
  const fits = names !== undefined && equalBytes(message, names);
  const record: ReceiptRecord = {
    ...known,
    ...(signed !== null && fits && known[subject] === null ? { [subject]: signed } : {}),
    seed: known.seed ?? seed,
  };
  return { ...state, receipts: { ...state.receipts, [from]: record } };
}
