import type { Acceptance } from '../../wire/ceremony.ts';
import type { SeenStake } from '../../ceremony/offer.ts';
import { arbitersOf } from '../../ceremony/selection.ts';
import type { Contract } from '../../contract/contract.ts';
import { contractHash, encodeContract } from '../../contract/contract-codec.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import type { Parameters } from '../../contract/parameters.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { graphId } from '../../transactions/graph-id.ts';
import { openEnvelope } from '../../wire/envelope.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { PledgedStep } from '../state.ts';
import { ignored, LATER, moved, type Step } from '../step.ts';
import { abandon } from './abandon.ts';
import { SETUP_BLOCKS } from './deadline.ts';
import { offersOf } from './offers.ts';
import { beginSignatures } from './signatures.ts';

/** An arbiter pledges one stake to one contract. The acceptance is stored before it is sent (Y §Acceptance). */
export function pledge(contract: Contract, acceptance: Acceptance, parameters: Parameters, tip: number): PledgedStep {
  return {
    name: 'setup',
    step: 'pledged',
    role: 'arbiter',
    parameters,
    tip,
    deadline: tip + SETUP_BLOCKS,
    contract,
    acceptance,
    invitation: null,
  };
}

/**
 * The graph's terms arrive: the arbiter looks up the stakes on the chain, rebuilds 𝒜, checks that C, W and V signed it,
 * and signs what it owes.
 */
export function onPledged(state: PledgedStep, event: ChannelEvent, context: ChannelContext): Step {
  switch (event.kind) {
    case 'tip':
      return moved(state);
    case 'offers-found':
      return state.invitation === null ? LATER : accept(state, state.invitation, event.stakes, context);
    case 'message': {
      const { message } = event;
      if (message.kind === 'acceptanceRequest') {
        const { acceptance } = state;
        const channel = contractHash(state.contract);
        return moved(state, [{ to: event.from, message: { kind: 'acceptance', channel, acceptance } }]);
      }
      if (event.from !== 'client') return LATER;
      if (message.kind === 'refused') return abandon(state, 'refused-by-peer', 'client', message.reason);
      if (message.kind !== 'graph') return LATER;
      if (state.invitation !== null) return ignored('out-of-place', 'client', 'the graph was sent twice');
      if (!equalBytes(message.contract, encodeContract(state.contract))) {
        return abandon(state, 'terms-altered', 'client', 'the graph is of another contract than the accepted one');
      }
      const height = state.contract.snapshotHeight;
      return moved({ ...state, invitation: message }, [], [{ kind: 'find-offers', height }]);
    }
    default:
      return LATER;
  }
}

function accept(
  state: PledgedStep,
  invitation: MessageOf<'graph'>,
  stakes: readonly SeenStake[],
  context: ChannelContext,
): Step {
  const own = outpointKey(state.acceptance.outpoint);
  const index = invitation.acceptances.findIndex((acceptance) => outpointKey(acceptance.outpoint) === own);
  if (index < 0) return abandon(state, 'not-selected', null, 'other arbiters were drawn');
  const arbiters = arbitersOf(invitation.acceptances, offersOf(stakes, invitation.acceptances));
  if (arbiters === undefined) {
    return abandon(state, 'selection-failed', 'client', 'an arbiter of the list has no offer that counts');
  }
  const id = graphId(contractHash(state.contract), arbiters);
  for (const role of ['worker', 'verifier'] as const) {
    const { envelope, message } = openEnvelope(invitation.agreements[role], context.verify);
    const agreed =
      message.kind === 'arbiterSet' &&
      equalBytes(message.graphId, id) &&
      equalBytes(envelope.from, state.contract[role].messageKey);
    if (!agreed) {
      return abandon(state, 'arbiter-set-mismatch', 'client', `the ${role} has not signed this list of arbiters`);
    }
  }
  const agreement = { parameters: state.parameters, contract: state.contract, arbiters };
  return beginSignatures(state, `arbiter:${index + 1}`, agreement, []);
}
