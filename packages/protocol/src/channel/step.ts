import type { ChannelMessage } from '../wire/messages.ts';
import type { ChannelFault } from './fault.ts';
import type { Recipient } from './recipient.ts';
import type { ChannelState } from './state.ts';
import type { Task } from './task.ts';

export interface Outgoing {
  readonly to: Recipient;
  readonly message: ChannelMessage;
  /** Own words that go out inside a `post`, sealed once for everybody (M §Post). */
  readonly posted?: true;
  /** Somebody else's envelope of `message`, which goes on as it is. */
  readonly forwarded?: Uint8Array;
}

/**
 * What an event leads to. `moved`: a new state, with the messages and tasks that follow from it once the state is
 * stored, and what went wrong on the way, if anything did. `later`: the event belongs to a step that this party has not
 * reached; offer it again after the next move. `ignored`: it changes nothing, and the fault says why.
 */
export type Step =
  | {
      readonly kind: 'moved';
      readonly state: ChannelState;
      readonly messages: readonly Outgoing[];
      readonly tasks: readonly Task[];
      readonly fault: ChannelFault | null;
    }
  | { readonly kind: 'later' }
  | { readonly kind: 'ignored'; readonly fault: ChannelFault };

/** A step that changes the state. */
export type Moved = Extract<Step, { readonly kind: 'moved' }>;

export const LATER: Extract<Step, { readonly kind: 'later' }> = { kind: 'later' };

/** The event of a task that the state no longer waits for. */
export const STALE: Step = ignored('out-of-place', null, 'nothing here waits for this');

/** A move to `state` with what follows from it. */
export function moved(
  state: ChannelState,
  messages: readonly Outgoing[] = [],
  tasks: readonly Task[] = [],
  fault: ChannelFault | null = null,
): Moved {
  return { kind: 'moved', state, messages, tasks, fault };
}

export function ignored(
  code: ChannelFault['code'],
  culprit: Recipient | null,
  reason: string,
): Extract<Step, { readonly kind: 'ignored' }> {
  return { kind: 'ignored', fault: { code, culprit, reason } };
}

/** The same message to several recipients. */
export function toAll(recipients: readonly Recipient[], message: ChannelMessage): readonly Outgoing[] {
  return recipients.map((to) => ({ to, message }));
}
