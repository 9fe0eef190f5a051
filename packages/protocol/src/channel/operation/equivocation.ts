import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import type { SealedMessage } from '../post/record.ts';
import type { OpenState } from '../state.ts';
import { ignored, moved, type Step } from '../step.ts';
import type { Act } from './progress.ts';
import type { Equivocation } from './record.ts';

type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;

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
  if (isNoted(state, of)) return ignored('equivocation', 'worker', `yet another ${of}; two are proof enough`);
  return moved(noteSecond(state, of, event), [], [], {
    code: 'equivocation',
    culprit: 'worker',
    reason: `the Worker signed a second ${of}`,
  });
}

/** Notes what W signed besides the one that counts: one of each kind is enough. */
export function noteSecond(
  state: OpenState,
  of: Equivocation['of'],
  { sealed, signature }: Pick<SealedMessage, 'sealed' | 'signature'>,
): OpenState {
  if (isNoted(state, of)) return state;
  return { ...state, equivocations: [...state.equivocations, { of, second: sealed, signature }] };
}

function isNoted({ equivocations }: OpenState, of: Equivocation['of']): boolean {
  return equivocations.some((known) => known.of === of);
}

/**
 * Another document counts from here on (D31), so that the second is the one that counted before, whichever was noted: a message
 * does not contradict itself. Whether the opening is of the R that counts now is to be seen anew.
 *
 * @param former - what counted until now
 */
export function noteFormer(
  state: OpenState,
  of: 'delivery' | 'opening',
  { sealed, signature }: Pick<SealedMessage, 'sealed' | 'signature'>,
): OpenState {
  const others = state.equivocations.filter((known) => known.of !== of && known.of !== 'root');
  return { ...state, equivocations: [...others, { of, second: sealed, signature }] };
}

/** An opening of another R than the delivery's: W signed two roots, one in each. */
export const noteOtherRoot: Act = (state) => {
  const { delivery, opening } = state;
  if (delivery === null || delivery.acceptedAt === null || opening === null || isNoted(state, 'root'))
    return undefined;
  return equalBytes(delivery.root, opening.root) ? undefined : { state: noteSecond(state, 'root', opening) };
};
