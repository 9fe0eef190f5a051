import type { Culprit } from '../../ceremony/fault.ts';
import { offersOf } from '../../ceremony/offer.ts';
import { selectArbiters } from '../../ceremony/selection.ts';
import { contractHash, encodeContract } from '../../contract/contract-codec.ts';
import { outpointKey, outpointOf } from '../../contract/outpoint.ts';
import { ROLES, type Role } from '../../contract/party.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { graphId } from '../../transactions/graph-id.ts';
import type { Acceptance } from '../../wire/ceremony.ts';
import { readEnvelope } from '../../wire/envelope.ts';
import { decodeMessage } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { Recipient } from '../recipient.ts';
import type { ArbiterSetStep, PollingStep } from '../state.ts';
import { ignored, LATER, type Moved, moved, type Outgoing, STALE, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';
import { snapshotOf } from './offers.ts';
import { onSecondList } from './second-list.ts';
import { beginSignatures } from './signatures.ts';

/** Blocks in which the proof that somebody showed two lists can come, before who agreed to another set is blamed. */
const PROOF_BLOCKS = 2;

/** Takes the first n of the union, once all three lists are there (Y §Union), and looks at their stakes once more. */
export function trySelect(context: ChannelContext, state: PollingStep, messages: readonly Outgoing[]): Moved {
  const { client, worker, verifier } = state.lists;
  if (client === null || worker === null || verifier === null || state.seed === null) {
    return moved(state, messages);
  }
  const hash = contractHash(state.contract);
  const shown = [client, worker, verifier].flatMap((list) => list.acceptances);
  const selection = selectArbiters({
    seed: state.seed,
    offers: offersOf(state.stakes, shown),
    lists: { client, worker, verifier },
    n: state.parameters.n,
    contractHash: hash,
    contract: state.contract,
    snapshot: snapshotOf(state.contract),
    verify: context.verify,
  });
  if (selection.kind === 'fault') {
    const { culprit, reason } = selection.fault;
    return abandon(state, 'selection-failed', culprit && recipientOf(culprit), reason);
  }
  const agreement = { parameters: state.parameters, contract: state.contract, arbiters: selection.arbiters };
  const next: ArbiterSetStep = {
    name: 'setup',
    step: 'arbiter-set',
    role: state.role,
    parameters: state.parameters,
    tip: state.tip,
    deadline: state.deadline,
    agreement,
    acceptances: selection.acceptances,
    graphId: graphId(hash, selection.arbiters),
    passedOver: passedOver(shown, selection.acceptances),
    shown: state.shown,
    checked: false,
    mismatch: null,
    envelopes: { client: null, worker: null, verifier: null },
  };
  const stakes = selection.arbiters.map(({ stake }) => stake.coin.outpoint);
  return moved(next, messages, [{ kind: 'check-stakes', stakes }]);
}

function passedOver(shown: readonly Acceptance[], drawn: readonly Acceptance[]): readonly string[] {
  const keys = shown.map((item) => outpointKey(item.outpoint));
  const chosen = drawn.map((item) => outpointKey(item.outpoint));
  return [...new Set(keys)].filter((key) => !chosen.includes(key));
}

function recipientOf(culprit: Culprit): Recipient {
  return culprit.kind === 'party' ? culprit.party : `offer:${outpointKey(culprit.outpoint)}`;
}

/** All three must have drawn the same arbiters; then C hands the graph's terms to the arbiters. */
export function onArbiterSet(state: ArbiterSetStep, event: ChannelEvent): Step {
  switch (event.kind) {
    case 'tip':
      return blameMismatch(state);
    case 'stakes-checked': {
      if (state.checked) return STALE;
      const others = ROLES.filter((role) => role !== state.role);
      const channel = contractHash(state.agreement.contract);
      const message = { kind: 'arbiterSet', channel, graphId: state.graphId } as const;
      return proceed({ ...state, checked: true }, toAll(others, message));
    }
    case 'disagreed':
      return abandon(state, event.code, event.culprit, event.reason);
    case 'message':
      return onMessage(state, event);
    default:
      return STALE;
  }
}

function onMessage(state: ArbiterSetStep, event: Extract<ChannelEvent, { kind: 'message' }>): Step {
  const { from, message } = event;
  if (message.kind !== 'arbiterSet' && message.kind !== 'acceptanceList') return LATER;
  if (from !== 'client' && from !== 'worker' && from !== 'verifier') {
    return ignored('out-of-place', from, 'only C, W and V sign the list of arbiters');
  }
  if (message.kind === 'acceptanceList') return onSecondList(state, event, from);
  if (state.envelopes[from] !== null) return ignored('out-of-place', from, 'signed before');
  const next = { ...state, envelopes: { ...state.envelopes, [from]: event.envelope } };
  return equalBytes(message.graphId, state.graphId) ? proceed(next, []) : onMismatch(next, from);
}

/**
 * Who agreed to another set may be at fault, or whoever showed each of us another list. Each passes the third party's list
 * on to the other: two that differ are proof.
 */
function onMismatch(state: ArbiterSetStep, by: Role): Step {
  const third = ROLES.find((role) => role !== state.role && role !== by)!;
  const mismatch = state.mismatch ?? { by, since: state.tip };
  return moved({ ...state, mismatch }, [passOn(state.shown[third]!, by)]);
}

/** @param list - envelope of a list that this party has verified before */
function passOn(list: Uint8Array, to: Role): Outgoing {
  return { to, message: decodeMessage('acceptanceList', readEnvelope(list).body), forwarded: list };
}

function blameMismatch(state: ArbiterSetStep): Step {
  const { mismatch, tip } = state;
  if (mismatch === null || tip < mismatch.since + PROOF_BLOCKS) return moved(state);
  const { by } = mismatch;
  return abandon(state, 'arbiter-set-mismatch', by, `the ${by} signed another list of arbiters`);
}

/**
 * C tells who accepted and was not drawn, so that its stake need not wait until the acceptance has expired. Each is named: what
 * is said to one must end nothing for others, to whom that one shows it.
 */
function farewells({ role, passedOver: others, agreement }: ArbiterSetStep): readonly Outgoing[] {
  if (role !== 'client') return [];
  const channel = contractHash(agreement.contract);
  return others.map((key) => ({
    to: `offer:${key}`,
    message: {
      kind: 'refused',
      channel,
      code: 'not-selected',
      reason: 'other arbiters were drawn',
      culprit: { kind: 'offer', outpoint: outpointOf(key) },
    },
  }));
}

/** On to the signatures, when the own look is over and both others have agreed to the same set. */
function proceed(state: ArbiterSetStep, messages: readonly Outgoing[]): Step {
  const missing = ROLES.some((role) => role !== state.role && state.envelopes[role] === null);
  if (!state.checked || missing || state.mismatch !== null) return moved(state, messages);
  const { worker, verifier } = state.envelopes;
  const channel = contractHash(state.agreement.contract);
  const invitations: Outgoing[] =
    worker === null || verifier === null
      ? []
      : state.agreement.arbiters.map((_, i) => ({
          to: `arbiter:${i + 1}` as const,
          message: {
            kind: 'graph',
            channel,
            contract: encodeContract(state.agreement.contract),
            acceptances: state.acceptances,
            agreements: { worker, verifier },
          },
        }));
  return beginSignatures(state, state.role, state.agreement, [
    ...messages,
    ...invitations,
    ...farewells(state),
  ]);
}
