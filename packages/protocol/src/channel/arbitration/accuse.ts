import { contractHash } from '../../contract/contract-codec.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelEvent, ClaimBody } from '../event.ts';
import type { Act } from '../operation/progress.ts';
import { postToAll } from '../post/relay.ts';
import type { OpenState } from '../state.ts';
import { LATER, moved, STALE, type Step } from '../step.ts';
import { courtClock, mayClaim, mayCome } from './court.ts';
import { type Court, did } from './record.ts';

/**
 * C and V post one claim each, what they hold against W (M §Claims, D33): at once when the court is there, or when the check
 * that runs has found it, but by HA + Δ. Two would void each other.
 */
export const postClaim: Act = (state) => {
  const { self, tip, accusation, opening, delivery } = state;
  const { court, done } = state.arbitration;
  if (court === null || accusation === null || !mayClaim(court, self) || done.includes('claim'))
    return undefined;
  if (tip > courtClock(state, court).claim) return undefined;
  const next = did(state, 'claim');
  switch (accusation.fault) {
    case 'undelivered':
      return { state: next, messages: postToAll(state, claimOf(state, court, { fault: 'undelivered' })) };
    case 'unopened': {
      if (delivery === null) return undefined;
      const claim = { fault: 'unopened', root: delivery.root } as const;
      return { state: next, messages: postToAll(state, claimOf(state, court, claim)) };
    }
    case 'equivocation':
      // F4: on TxAc it counts for nothing.
      if (court.transaction === 'TxAc') return undefined;
      return { state: next, messages: postToAll(state, claimOf(state, court, accusation)) };
    default: {
      if (opening === null) return undefined;
      const { fault, chunk } = accusation;
      return {
        state: next,
        tasks: [{ kind: 'make-claim', court: court.transaction, fault, chunk, opening }],
      };
    }
  }
};

function claimOf({ agreement }: OpenState, { transaction }: Court, claim: ClaimBody): MessageOf<'claim'> {
  return { kind: 'claim', channel: contractHash(agreement.contract), court: transaction, ...claim };
}

/** The claim about a chunk is ready, with W's opening, x_i and its path. */
export function onClaimMade(
  state: OpenState,
  { court: made, claim }: Extract<ChannelEvent, { kind: 'claim-made' }>,
): Step {
  const { court, done } = state.arbitration;
  // Noted as done, it would not be made again.
  if (mayCome(state, made)) return LATER;
  const isDue = court !== null && court.transaction === made && done.includes('claim');
  return isDue && state.tip <= courtClock(state, court).claim
    ? moved(state, postToAll(state, claimOf(state, court, claim)))
    : STALE;
}
