import { contractHash } from '../../contract/contract-codec.ts';
import type { ChannelMessage, MessageOf } from '../../wire/messages.ts';
import type { ChannelEvent } from '../event.ts';
import type { OpenState } from '../state.ts';
import { moved, type Outgoing, STALE, type Step } from '../step.ts';
import type { Task } from '../task.ts';
import { findPosted } from './accept.ts';
import { accepts, members, messageKeyOf } from './members.ts';
import type { PostedMessage } from './record.ts';

/** Own words of an arbiter, C or V to everybody, inside a `post`. The own copy comes back and is accepted like anybody's. */
export function postToAll({ agreement }: OpenState, message: ChannelMessage): readonly Outgoing[] {
  return members(agreement).map((to) => ({ to, message, posted: true }));
}

/** Has a message that was accepted brought back from the store, with the own receipt for it; W gives none. */
export function relayTask({ self }: OpenState, posted: PostedMessage): Task {
  const { kind, author, sealed, signature, acceptedAt } = posted;
  const message = { kind, author, sealed, signature };
  return { kind: 'relay', message, height: accepts(self) ? acceptedAt : null };
}

/**
 * M §Post: on first acceptance a node relays M with its receipts to everybody and adds its own; who has said that it has M
 * gets the own receipt alone. M's author gets all of it: its own copy may come back to it after the next block, too late
 * without receipts, and M may be what somebody else has posted of it. W, which says nothing, knows what it has written. Who lacks M
 * and asks for it is answered alone.
 */
export function onRelayMade(
  state: OpenState,
  event: Extract<ChannelEvent, { readonly kind: 'relay-made' }>,
): Step {
  const posted = findPosted(state, event);
  if (posted === undefined) return STALE;
  const { agreement, self } = state;
  const channel = contractHash(agreement.contract);
  const own = event.receipt && { from: messageKeyOf(agreement, self), ...event.receipt };
  const others = posted.receipts.map(({ from, height, signature }) => ({
    from: messageKeyOf(agreement, from),
    height,
    signature,
  }));
  const whole: MessageOf<'post'> = {
    kind: 'post',
    channel,
    envelope: event.envelope,
    receipts: own === null ? others : [...others, own],
  };
  const word: MessageOf<'postReceipt'> | null = own && {
    kind: 'postReceipt',
    channel,
    author: messageKeyOf(agreement, posted.author),
    message: posted.sealed,
    ...own,
  };
  const messages = members(agreement).flatMap((to): readonly Outgoing[] => {
    if (to === self || to !== (event.only ?? to)) return [];
    const has = accepts(to) ? posted.receipts.some(({ from }) => from === to) : to === posted.author;
    if (!has) return [{ to, message: whole }];
    return word === null ? [] : [{ to, message: word }];
  });
  return moved(state, messages);
}
