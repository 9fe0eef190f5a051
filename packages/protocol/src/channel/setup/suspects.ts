import { type Outpoint, outpointOf } from '../../contract/outpoint.ts';
import { arbiterIndex, type Party } from '../../contract/party.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { Recipient } from '../recipient.ts';
import type { SetupState } from '../state.ts';

/** The stake behind a culprit, if it is an arbiter: it outlives this setup, the arbiter's place in 𝒜 does not. */
export function suspectOf(state: SetupState, culprit: Recipient | null): readonly Outpoint[] {
  if (culprit === null) return [];
  if (culprit.startsWith('offer:')) return [outpointOf(culprit.slice('offer:'.length))];
  return stakeOf(state, culprit as Party);
}

/** The stake that a partner's refusal names. That proves nothing, and costs its arbiter no more than being asked last. */
export function toldSuspect(
  state: SetupState,
  culprit: MessageOf<'refused'>['culprit'],
): readonly Outpoint[] {
  if (culprit === null) return [];
  return culprit.kind === 'offer' ? [culprit.outpoint] : stakeOf(state, culprit.party);
}

function stakeOf(state: SetupState, party: Party): readonly Outpoint[] {
  const index = arbiterIndex(party);
  if (index === undefined || (state.step !== 'arbiter-set' && state.step !== 'signatures')) return [];
  const arbiter = state.agreement.arbiters[index - 1];
  return arbiter === undefined ? [] : [arbiter.stake.coin.outpoint];
}

/**
 * Whether the setup had come to block h_s: from there a party that opens its seed last, or any one after it, sees the
 * ranking and can give up for another draw.
 */
export function isDrawn(state: SetupState): boolean {
  switch (state.step) {
    case 'terms':
    case 'accepted-terms':
    case 'contract':
      return false;
    case 'seeds':
      return state.tip >= state.contract.snapshotHeight;
    default:
      return true;
  }
}
