import { ACCEPTANCE_BLOCKS } from '../../ceremony/acceptance.ts';
import { eligible, offersOf, type SeenStake } from '../../ceremony/offer.ts';
import { arbitersOf } from '../../ceremony/selection.ts';
import type { Contract } from '../../contract/contract.ts';
import { contractHash, encodeContract } from '../../contract/contract-codec.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import type { Parameters } from '../../contract/parameters.ts';
import type { Hash32, XOnlyKey } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { CodedError } from '../../primitives/errors.ts';
import { graphId } from '../../transactions/graph-id.ts';
import type { Acceptance } from '../../wire/ceremony.ts';
import { openEnvelope } from '../../wire/envelope.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { PledgedStep } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step } from '../step.ts';
import { abandon } from './abandon.ts';
import { SETUP_BLOCKS } from './deadline.ts';
import { snapshotOf } from './offers.ts';
import { beginSignatures } from './signatures.ts';

/**
 * An arbiter pledges one stake to one contract. The acceptance is stored before it is sent (Y §Acceptance). Without a
 * graph the stake is free again when the acceptance has expired, since a request costs nobody anything.
 */
export function pledge(
  contract: Contract,
  acceptance: Acceptance,
  parameters: Parameters,
  tip: number,
): PledgedStep {
  return {
    name: 'setup',
    step: 'pledged',
    role: 'arbiter',
    parameters,
    tip,
    deadline: acceptance.expiry + 1,
    contract,
    acceptance,
    invitation: null,
    selected: null,
  };
}

/**
 * The graph's terms arrive: the arbiter looks up the stakes on the chain, rebuilds 𝒜, checks that C, W and V signed it,
 * fetches program and list of inputs (D38: nobody can keep them from some arbiters only, once there is something to
 * judge), and signs what it owes.
 */
export function onPledged(state: PledgedStep, event: ChannelEvent, context: ChannelContext): Step {
  switch (event.kind) {
    case 'tip':
      return moved(state);
    case 'offers-found':
      return state.invitation === null || state.selected !== null
        ? STALE
        : accept(state, state.invitation, event.stakes, context);
    case 'agreed':
      return state.selected === null
        ? STALE
        : beginSignatures(state, state.selected.self, state.selected.agreement, []);
    case 'disagreed':
      return state.selected === null ? STALE : abandon(state, event.code, event.culprit, event.reason);
    case 'message':
      return onMessage(state, event);
    default:
      return STALE;
  }
}

function onMessage(state: PledgedStep, event: Extract<ChannelEvent, { kind: 'message' }>): Step {
  const { from, message } = event;
  if (message.kind === 'acceptanceRequest') {
    const channel = contractHash(state.contract);
    if (outpointKey(message.offer) !== outpointKey(state.acceptance.outpoint)) {
      // Who gets no answer waits for blocks before it asks the next one.
      const reason = 'this node has pledged another stake to this contract already';
      const culprit = { kind: 'offer', outpoint: message.offer } as const;
      return moved(state, [
        { to: from, message: { kind: 'refused', channel, code: 'out-of-place', reason, culprit } },
      ]);
    }
    return moved(state, [
      { to: from, message: { kind: 'acceptance', channel, acceptance: state.acceptance } },
    ]);
  }
  if (message.kind !== 'graph') return LATER;
  if (from !== 'client') return ignored('out-of-place', from, 'only the Client invites to the graph');
  if (state.invitation !== null) return ignored('out-of-place', from, 'the graph was sent twice');
  if (!equalBytes(message.contract, encodeContract(state.contract))) {
    return abandon(
      state,
      'terms-altered',
      'client',
      'the graph is of another contract than the accepted one',
    );
  }
  const height = state.contract.snapshotHeight;
  const deadline = state.acceptance.expiry - ACCEPTANCE_BLOCKS + SETUP_BLOCKS;
  return moved({ ...state, deadline, invitation: message }, [], [{ kind: 'find-offers', height }]);
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
  const { height, minimumAge } = snapshotOf(state.contract);
  const offers = eligible(offersOf(stakes, invitation.acceptances), height, minimumAge);
  const arbiters = arbitersOf(invitation.acceptances, offers);
  if (arbiters === undefined) {
    return abandon(state, 'selection-failed', 'client', 'an arbiter of the list has no offer that counts');
  }
  const id = graphId(contractHash(state.contract), arbiters);
  for (const role of ['worker', 'verifier'] as const) {
    const agreed = signsSet(invitation.agreements[role], state.contract[role].messageKey, id, context);
    if (!agreed) {
      return abandon(
        state,
        'arbiter-set-mismatch',
        'client',
        `the ${role} has not signed this list of arbiters`,
      );
    }
  }
  const agreement = { parameters: state.parameters, contract: state.contract, arbiters };
  return moved({ ...state, selected: { self: `arbiter:${index + 1}`, agreement } }, [], [{ kind: 'agree' }]);
}

/** Whether an envelope is a partner's signature on the list of arbiters that this graph id names. */
function signsSet(bytes: Uint8Array, by: XOnlyKey, id: Hash32, context: ChannelContext): boolean {
  try {
    const { envelope, message } = openEnvelope(bytes, context.verify);
    return message.kind === 'arbiterSet' && equalBytes(message.graphId, id) && equalBytes(envelope.from, by);
  } catch (cause) {
    if (cause instanceof CodedError) return false;
    throw cause;
  }
}
