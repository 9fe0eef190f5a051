import { verifyAcceptance } from '../../ceremony/acceptance.ts';
import { offersOf } from '../../ceremony/offer.ts';
import { oracleSeed, rankOffers } from '../../ceremony/ranking.ts';
import { contractHash, encodeContract } from '../../contract/contract-codec.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import { ROLES } from '../../contract/party.ts';
import type { Acceptance } from '../../wire/ceremony.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { Recipient } from '../recipient.ts';
import type { PollingStep } from '../state.ts';
import { ignored, LATER, type Moved, moved, STALE, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';
import { trySelect } from './arbiter-set.ts';
import { snapshotOf } from './offers.ts';
import { onSecondList } from './second-list.ts';

/** Asks arbiters in rank order, collects n acceptances, exchanges lists, and takes the first n of the union. */
export function onPolling(state: PollingStep, event: ChannelEvent, context: ChannelContext): Step {
  switch (event.kind) {
    case 'offers-found': {
      if (state.seed !== null) return STALE;
      const { client, verifier, worker } = state.seeds;
      const seed = oracleSeed(event.blockHash, client, verifier, worker);
      const stakes = event.stakes.map((stake) => ({ ...stake, outpoint: stake.coin.outpoint }));
      const avoided = event.avoided.map(outpointKey);
      return askNext(context, { ...state, seed, stakes: rankOffers(seed, stakes), avoided });
    }
    case 'tip':
      return state.seed === null ? moved(state) : askNext(context, state);
    case 'message':
      if (event.message.kind === 'acceptanceList') {
        const { from } = event;
        if (from !== 'client' && from !== 'worker' && from !== 'verifier') {
          return ignored('out-of-place', from, 'only C, W and V show lists');
        }
        if (state.lists[from] !== null) return onSecondList(state, event, from);
        const { height, acceptances } = event.message;
        return trySelect(
          context,
          {
            ...state,
            lists: { ...state.lists, [from]: { height, acceptances } },
            shown: { ...state.shown, [from]: event.envelope },
          },
          [],
        );
      }
      if (state.seed === null) return LATER;
      if (event.message.kind === 'acceptance')
        return onAcceptance(context, state, event.from, event.message.acceptance);
      // By an offer: a partner's refusal ends the setup, and does not get here.
      if (event.message.kind === 'refused')
        return askNext(context, { ...state, asked: answered(state, event.from, 'refused') });
      return LATER;
    default:
      return STALE;
  }
}

function answered(
  state: PollingStep,
  offer: Recipient,
  answer: 'accepted' | 'refused',
): PollingStep['asked'] {
  return state.asked.map((entry) => (`offer:${entry.offer}` === offer ? { ...entry, answer } : entry));
}

function onAcceptance(
  context: ChannelContext,
  state: PollingStep,
  from: Recipient,
  acceptance: Acceptance,
): Step {
  const key = outpointKey(acceptance.outpoint);
  const asked = state.asked.find((entry) => entry.offer === key);
  if (asked === undefined || from !== `offer:${key}`) {
    return ignored('acceptance-invalid', from, 'an acceptance that was not asked for');
  }
  if (asked.answer !== 'none') return ignored('out-of-place', from, 'answered twice');
  const fault = verifyAcceptance(acceptance, {
    offer: offersOf(state.stakes, [acceptance])[0],
    contractHash: contractHash(state.contract),
    contract: state.contract,
    snapshot: snapshotOf(state.contract),
    height: state.tip,
    verify: context.verify,
  });
  if (fault !== undefined) {
    const step = askNext(context, { ...state, asked: answered(state, from, 'refused') });
    if (step.fault !== null) return step;
    return { ...step, fault: { code: 'acceptance-invalid', culprit: from, reason: fault.reason } };
  }
  return askNext(context, {
    ...state,
    asked: answered(state, from, 'accepted'),
    acceptances: [...state.acceptances, acceptance],
  });
}

/**
 * Keeps n requests open or answered; who has not answered within a block is passed over, though it may still accept. Who
 * failed this party lately is asked when nobody else is left: its word has been worth nothing, and two others may still
 * bring it in.
 */
function askNext(context: ChannelContext, state: PollingStep): Moved {
  const { n } = state.parameters;
  if (state.acceptances.length >= n) return shareList(context, state);
  const hopeful = state.asked.filter(
    (entry) => entry.answer === 'accepted' || (entry.answer === 'none' && entry.at >= state.tip - 1),
  );
  const asked = new Set(state.asked.map((entry) => entry.offer));
  const open = state.stakes
    .map(({ coin }) => ({ offer: coin.outpoint, key: outpointKey(coin.outpoint) }))
    .filter(({ key }) => !asked.has(key));
  const isAvoided = ({ key }: { readonly key: string }) => state.avoided.includes(key);
  const next = [...open.filter((offer) => !isAvoided(offer)), ...open.filter(isAvoided)].slice(
    0,
    n - hopeful.length,
  );
  const waiting = state.asked.some((entry) => entry.answer === 'none');
  if (next.length === 0 && !waiting) {
    const reason = `${state.acceptances.length} of ${n} arbiters accepted, and no other offer counts at block ${state.contract.snapshotHeight}`;
    return abandon(state, 'offers-exhausted', null, reason);
  }
  const request = {
    contract: encodeContract(state.contract),
    channel: contractHash(state.contract),
    peers: state.peers,
  };
  return moved(
    {
      ...state,
      asked: [
        ...state.asked,
        ...next.map(({ key }) => ({ offer: key, at: state.tip, answer: 'none' as const })),
      ],
    },
    next.map(({ key, offer }) => ({
      to: `offer:${key}`,
      message: { kind: 'acceptanceRequest', ...request, offer },
    })),
  );
}

function shareList(context: ChannelContext, state: PollingStep): Moved {
  if (state.lists[state.role] !== null) return moved(state);
  const acceptances = state.acceptances;
  const others = ROLES.filter((role) => role !== state.role);
  const message = {
    kind: 'acceptanceList',
    height: state.tip,
    channel: contractHash(state.contract),
    acceptances,
  } as const;
  const next = { ...state, lists: { ...state.lists, [state.role]: { height: state.tip, acceptances } } };
  return trySelect(context, next, toAll(others, message));
}
