import { outpointKey } from '../../contract/outpoint.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { Recipient } from '../recipient.ts';
import type { SetupState } from '../state.ts';
import { STALE, type Step } from '../step.ts';
import { abandon, recipientNamed } from './abandon.ts';
import { toldSuspect } from './suspects.ts';
import { waitingFor } from './waiting.ts';

/**
 * Code of a refusal of terms that came when block h_s was there already (Y §Oracle): a block was quicker than the message. Other terms, at a later
 * tip, may be accepted.
 */
export const SNAPSHOT_KNOWN = 'snapshot-known';
/** Blocks before the time-out from which a partner's word counts about somebody for whom this party waits as well. */
const LATE_BLOCKS = 6;

/**
 * A party goes no further. What it says of others proves nothing, so it is the one that gave up; but late in a setup, of
 * somebody whose message this party lacks too, it only says first what this party would find.
 */
export function onRefused(state: SetupState, from: Recipient, message: MessageOf<'refused'>): Step {
  const { code, culprit, reason } = message;
  if (refusesAnother(state, from, culprit)) return STALE;
  if (from === 'client' && code === 'not-selected') return onParting(state, message);
  if (state.step === 'terms' && code === SNAPSHOT_KNOWN) return abandon(state, 'setup-timeout', from, reason);
  const named = recipientNamed(culprit);
  const isLate = state.tip >= state.deadline - LATE_BLOCKS;
  if (isLate && named !== null && waitingFor(state).includes(named))
    return abandon(state, 'setup-timeout', named, reason);
  return abandon(state, 'refused-by-peer', from, reason, toldSuspect(state, culprit));
}

/** C parts with a stake that was not drawn. Its owner may show that to anybody: it ends nothing but that pledge. */
function onParting(state: SetupState, { culprit, reason }: MessageOf<'refused'>): Step {
  if (state.step !== 'pledged' || culprit?.kind !== 'offer') return STALE;
  const isOwn = outpointKey(culprit.outpoint) === outpointKey(state.acceptance.outpoint);
  return isOwn ? abandon(state, 'refused-by-peer', 'client', reason) : STALE;
}

/** Whether an arbiter of this contract refuses for another of its stakes, which was asked too and is not drawn. */
function refusesAnother(
  state: SetupState,
  from: Recipient,
  culprit: MessageOf<'refused'>['culprit'],
): boolean {
  if (culprit?.kind !== 'offer' || !from.startsWith('arbiter:') || !('agreement' in state)) return false;
  const refused = outpointKey(culprit.outpoint);
  return !state.agreement.arbiters.some(({ stake }) => outpointKey(stake.coin.outpoint) === refused);
}
