import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import type { ChannelState, OpenState } from '../state.ts';
import { ignored, moved, type Step } from '../step.ts';

type Received = Extract<ChannelEvent, { kind: 'message' }>;

/**
 * W signs one R and one opening per contract, ever (M §Deliver). A second one changes nothing in the channel and is kept:
 * both signed messages together are the fault *equivocation*.
 *
 * @param first - H("message", kind, body) of the one that counts
 */
export function onSecond(
  state: OpenState,
  event: Received,
  of: 'delivery' | 'opening',
  first: Uint8Array,
): Step {
  if (equalBytes(event.sealed, first)) return ignored('out-of-place', 'worker', `the ${of} is here already`);
  if (state.equivocations.some((known) => known.of === of)) {
    return ignored('equivocation', 'worker', `yet another ${of}; two are proof enough`);
  }
  const equivocations = [...state.equivocations, { of, second: event.sealed, signature: event.signature }];
  const next: ChannelState = { ...state, equivocations };
  return moved(next, [], [], {
    code: 'equivocation',
    culprit: 'worker',
    reason: `the Worker signed a second ${of}`,
  });
}
