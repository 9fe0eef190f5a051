import type { Culprit } from '../../ceremony/fault.ts';
import { selectArbiters } from '../../ceremony/selection.ts';
import { contractHash, encodeContract } from '../../contract/contract-codec.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import { ROLES } from '../../contract/party.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { graphId } from '../../transactions/graph-id.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { Recipient } from '../recipient.ts';
import type { ArbiterSetStep, PollingStep } from '../state.ts';
import { ignored, LATER, moved, type Outgoing, STALE, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';
import { offersOf, snapshotOf } from './offers.ts';
import { beginSignatures } from './signatures.ts';

/** Takes the first n of the union, once all three lists are there (Y §Union), and signs the set. */
export function trySelect(context: ChannelContext, state: PollingStep, messages: readonly Outgoing[]): Step {
  const { client, worker, verifier } = state.lists;
  if (client === null || worker === null || verifier === null || state.seed === null) {
    return moved(state, messages);
  }
  const hash = contractHash(state.contract);
  const selection = selectArbiters({
    seed: state.seed,
    offers: offersOf(
      state.stakes,
      [client, worker, verifier].flatMap((list) => list.acceptances),
    ),
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
  const id = graphId(hash, selection.arbiters);
  const next: ArbiterSetStep = {
    name: 'setup',
    step: 'arbiter-set',
    role: state.role,
    parameters: state.parameters,
    tip: state.tip,
    deadline: state.deadline,
    agreement,
    acceptances: selection.acceptances,
    graphId: id,
    envelopes: { client: null, worker: null, verifier: null },
  };
  const others = ROLES.filter((role) => role !== state.role);
  const message = { kind: 'arbiterSet', channel: hash, graphId: id } as const;
  return moved(next, [...messages, ...toAll(others, message)]);
}

function recipientOf(culprit: Culprit): Recipient {
  return culprit.kind === 'party' ? culprit.party : `offer:${outpointKey(culprit.outpoint)}`;
}

/** All three must have drawn the same arbiters; then C hands the graph's terms to the arbiters. */
export function onArbiterSet(state: ArbiterSetStep, event: ChannelEvent): Step {
  if (event.kind === 'tip') return moved(state);
  if (event.kind !== 'message') return STALE;
  if (event.message.kind !== 'arbiterSet') return LATER;
  const { from } = event;
  if (from !== 'client' && from !== 'worker' && from !== 'verifier') {
    return ignored('out-of-place', from, 'only C, W and V sign the list of arbiters');
  }
  if (state.envelopes[from] !== null) return ignored('out-of-place', from, 'signed before');
  if (!equalBytes(event.message.graphId, state.graphId)) {
    return abandon(state, 'arbiter-set-mismatch', from, `the ${from} signed another list of arbiters`);
  }
  const next: ArbiterSetStep = { ...state, envelopes: { ...state.envelopes, [from]: event.envelope } };
  if (ROLES.some((role) => role !== state.role && next.envelopes[role] === null)) return moved(next);
  const { worker, verifier } = next.envelopes;
  const hash = contractHash(next.agreement.contract);
  const invitations: Outgoing[] =
    worker === null || verifier === null
      ? []
      : next.agreement.arbiters.map((_, i) => ({
          to: `arbiter:${i + 1}` as const,
          message: {
            kind: 'graph',
            channel: hash,
            contract: encodeContract(next.agreement.contract),
            acceptances: next.acceptances,
            agreements: { worker, verifier },
          },
        }));
  return beginSignatures(next, next.role, next.agreement, invitations);
}
