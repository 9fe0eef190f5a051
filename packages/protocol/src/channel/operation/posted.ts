import { encodeMessage, type MessageOf } from '../../wire/messages.ts';
import { onPosted } from '../arbitration/posted.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { ChannelFault } from '../fault.ts';
import { onPost, onPostReceipt, onRebuilt, type Reception } from '../post/accept.ts';
import { accepts } from '../post/members.ts';
import { relayTask } from '../post/relay.ts';
import type { OpenState } from '../state.ts';
import { moved, type Step } from '../step.ts';
import { acceptDelivery, acceptOpening, concludeDelivery } from './documents.ts';
import { acceptVerdict } from './verdict.ts';

type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;

/** A message of M §Post has come. */
export function takePost(
  state: OpenState,
  event: Received,
  message: MessageOf<'post' | 'postReceipt'>,
  context: ChannelContext,
): Step {
  return message.kind === 'post'
    ? follow(onPost(state, event, message, context), context)
    : follow(onPostReceipt(state, event, message, context), context);
}

/** A delivery was looked at: it may have come directly, by Post, or both. */
export function onDeliveryChecked(
  state: OpenState,
  event: Extract<ChannelEvent, { readonly kind: 'delivery-checked' }>,
  context: ChannelContext,
): Step {
  const direct = concludeDelivery(state, event);
  const before = direct === undefined ? state : (direct.state as OpenState);
  const { bytes, height, blockHash, ok } = event;
  const drafted =
    ok && before.delivery?.acceptedAt == null
      ? { ...before, drafts: { ...before.drafts, delivery: { bytes, height, blockHash } } }
      : before;
  const posted = follow(onRebuilt(drafted, event.deliveryHash, ok), context);
  if (posted.kind !== 'moved') return direct ?? posted;
  return { ...posted, fault: direct?.fault ?? posted.fault };
}

/** What a message says takes effect once it is accepted, and it is relayed (M §Post). */
function follow(reception: Reception, context: ChannelContext): Step {
  if (reception.kind === 'kept') return moved(reception.state, [], reception.tasks);
  if (reception.kind !== 'accepted') return reception;
  const { posted, state } = reception;
  const relay = accepts(state.self) ? [relayTask(state, posted)] : [];
  const effect = take(reception, context);
  // For the types: no message is accepted that nobody may post here.
  if (effect.kind !== 'moved') return effect;
  return moved(effect.state, effect.messages, [...relay, ...effect.tasks], effect.fault);
}

function take(
  { state, posted, message }: Extract<Reception, { readonly kind: 'accepted' }>,
  context: ChannelContext,
): Step {
  // A delivery that has waited for its ciphertexts; nothing else waits.
  if (message === null) return noted(state, acceptDelivery(state, posted));
  switch (message.kind) {
    case 'delivery':
      return noted(state, acceptDelivery(state, posted));
    case 'opening':
      return noted(state, acceptOpening(state, posted, encodeMessage(message).length));
    case 'verdict':
      return moved(acceptVerdict(state, message));
    case 'receipt':
      // What it changes, it changes as soon as this party has what it is for.
      return moved(state);
    default:
      return state.name === 'arbitration' ? onPosted(state, posted, message, context) : moved(state);
  }
}

/** A second document of W may have come to light. */
function noted(before: OpenState, after: OpenState): Step {
  const twice = after.equivocations.length > before.equivocations.length;
  const fault: ChannelFault | null = twice
    ? {
        code: 'equivocation',
        culprit: 'worker',
        reason: 'the Worker signed a second document, which was posted',
      }
    : null;
  return moved(after, [], [], fault);
}
