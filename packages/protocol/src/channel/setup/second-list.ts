import type { Role } from '../../contract/party.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { readEnvelope } from '../../wire/envelope.ts';
import type { ChannelEvent } from '../event.ts';
import type { ArbiterSetStep, PollingStep } from '../state.ts';
import { moved, type Step } from '../step.ts';
import { abandon } from './abandon.ts';

/**
 * Another list of one party: the same again, from a partner that passes it on, or a second one. A party that shows two
 * lists makes the others draw different arbiters, and blame each other; both envelopes together show whose doing it is.
 */
export function onSecondList(
  state: PollingStep | ArbiterSetStep,
  { envelope }: Extract<ChannelEvent, { kind: 'message' }>,
  from: Role,
): Step {
  const first = state.shown[from];
  const same = first !== undefined && equalBytes(readEnvelope(first).body, readEnvelope(envelope).body);
  if (same) return moved(state);
  return abandon(state, 'selection-failed', from, `the ${from} has shown two different lists of acceptances`);
}
