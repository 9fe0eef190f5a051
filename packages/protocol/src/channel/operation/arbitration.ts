import type { ChannelEvent } from '../event.ts';
import type { ArbitrationState } from '../state.ts';
import { LATER, moved, STALE, type Step } from '../step.ts';
import { onSecond } from './equivocation.ts';

/** A dispute is on the chain: what happens now is the chain's affair, until claims and votes are built (docs/roadmap.md). */
export function onArbitration(state: ArbitrationState, event: ChannelEvent): Step {
  if (event.kind === 'tip') return moved(state);
  if (event.kind !== 'message') return STALE;
  const { delivery, before } = state;
  const { kind } = event.message;
  if (event.from !== 'worker') return LATER;
  if (kind === 'delivery' && delivery !== null) return onSecond(state, event, 'delivery', delivery.hash);
  if (kind === 'opening' && before.name === 'verification')
    return onSecond(state, event, 'opening', before.opening.sealed);
  return LATER;
}
