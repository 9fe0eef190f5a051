import { type ChannelState, type Outpoint, ROLES, type Role } from '@prometheus-compute/protocol';
import { contractOf } from './addressing.ts';

/** The coins of C, W or V that a channel holds, so that a restarted wallet sets them aside again. */
export function committedCoins(state: ChannelState): readonly Outpoint[] {
  if (state.name === 'setup') {
    if (state.step === 'terms') return outpointsOf(state.terms.client);
    if (state.step === 'accepted-terms') return outpointsOf(state.own.terms);
    const contract = contractOf(state);
    return contract === undefined || state.role === 'arbiter' ? [] : outpointsOf(contract[state.role]);
  }
  const open = state.name === 'closed' ? state.before : state;
  const role = ROLES.find((candidate): candidate is Role => candidate === open?.self);
  return open === null || role === undefined ? [] : outpointsOf(open.agreement.contract[role]);
}

const outpointsOf = ({ funding }: { readonly funding: readonly { readonly outpoint: Outpoint }[] }) =>
  funding.map(({ outpoint }) => outpoint);
