import type { ChannelState, ComputationState, VerificationState } from '../state.ts';
import { beforeDispute } from './before-dispute.ts';
import type { Duty } from './duty.ts';
import { inDispute } from './in-dispute.ts';

/**
 * Everything that this party has to publish from here, now or later, most wanted first. Pure: the chain watcher calls
 * it at every block and owns the broadcasting.
 */
export function duties(state: ChannelState): readonly Duty[] {
  switch (state.name) {
    case 'setup':
      return state.step === 'signatures' && state.commitment !== null
        ? [commit('all signatures are there: the contract goes on the chain')]
        : [];
    case 'computation':
    case 'verification':
      return state.commitmentHeight === null
        ? commitAgain(state)
        : beforeDispute(state, state.commitmentHeight);
    case 'arbitration':
      return inDispute(state);
    case 'closed':
      return [];
  }
}

/** A reorganisation took Tx0 out of the chain; C holds every signature on it and hands it in again. */
function commitAgain({ self }: ComputationState | VerificationState): readonly Duty[] {
  return self === 'client' ? [commit('a reorganisation removed Tx0: it goes on the chain again')] : [];
}

function commit(why: string): Duty {
  return { transaction: 'Tx0', from: 0, until: null, confirmBy: null, why };
}
