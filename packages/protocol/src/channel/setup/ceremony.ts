import { verifyAcceptance } from '../../ceremony/acceptance.ts';
import { oracleSeed, rankOffers } from '../../ceremony/ranking.ts';
import { selectArbiters } from '../../ceremony/selection.ts';
import { contractHash, encodeContract } from '../../contract/contract-codec.ts';
import { type Role, ROLES } from '../../contract/party.ts';
import { seedHash } from '../../contract/seed.ts';
import type { Acceptance } from '../../wire/ceremony.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { graphId } from '../../transactions/graph-id.ts';
import type { ChannelEvent } from '../event.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import type { ArbiterSetStep, PollingStep, SeedsStep } from '../state.ts';
import { ignored, LATER, moved, type Outgoing, type Recipient, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';
import { offersOf } from './offers.ts';
import { beginSignatures } from './signatures.ts';

/** Y §Oracle: the seeds are opened in the order C, V, W. */
const OPENING_ORDER: readonly Role[] = ['client', 'verifier', 'worker'];

const othersOf = (role: Role): readonly Role[] => ROLES.filter((other) => other !== role);

/** Opens the own seed when block h_s exists and it is this party's turn; three seeds make the oracle. */
export function onSeeds(state: SeedsStep, event: ChannelEvent): Step {
  const hash = contractHash(state.contract);
  switch (event.kind) {
    case 'tip':
      return openWhenDue(state);
    case 'seed-opened': {
      if (event.which !== 'ceremony') return LATER;
      const message = { kind: 'ceremonySeed', channel: hash, role: state.role, seed: event.seed } as const;
      return withSeed(state, state.role, event.seed, toAll(othersOf(state.role), message));
    }
    case 'message': {
      const { message } = event;
      if (message.kind !== 'ceremonySeed') return LATER;
      const { role, seed } = message;
      if (event.from !== role || role === state.role) {
        return ignored('seed-mismatch', null, 'a seed in the name of another role');
      }
      if (!equalBytes(seedHash(seed), committedSeed(state, role))) {
        return abandon(state, 'seed-mismatch', role, `the ${role}'s seed is not the one that the contract commits to`);
      }
      return withSeed(state, role, seed, []);
    }
    default:
      return LATER;
  }
}

function committedSeed(state: SeedsStep, role: Role): Hash32 {
  const { seedHashes } = state.contract;
  switch (role) {
    case 'client':
      return seedHashes.ceremonyClient;
    case 'worker':
      return seedHashes.ceremonyWorker;
    case 'verifier':
      return seedHashes.ceremonyVerifier;
  }
}

function withSeed(state: SeedsStep, role: Role, seed: Hash32, messages: readonly Outgoing[]): Step {
  const next: SeedsStep = { ...state, seeds: { ...state.seeds, [role]: seed } };
  const { client, worker, verifier } = next.seeds;
  if (client === null || worker === null || verifier === null) {
    const opened = openWhenDue(next);
    return opened.kind === 'moved' ? { ...opened, messages: [...messages, ...opened.messages] } : opened;
  }
  const { name, parameters, tip, deadline, contract, peers } = next;
  const polling: PollingStep = {
    name,
    step: 'polling',
    role: next.role,
    parameters,
    tip,
    deadline,
    contract,
    peers,
    seed: null,
    seeds: { client, verifier, worker },
    stakes: [],
    asked: [],
    acceptances: [],
    lists: { client: null, worker: null, verifier: null },
  };
  return moved(polling, messages, [{ kind: 'find-offers', height: contract.snapshotHeight }]);
}

function openWhenDue(state: SeedsStep): Step {
  const turn = OPENING_ORDER.slice(0, OPENING_ORDER.indexOf(state.role));
  const due =
    !state.opening && state.tip >= state.contract.snapshotHeight && turn.every((role) => state.seeds[role] !== null);
  if (!due) return moved(state);
  return moved({ ...state, opening: true }, [], [{ kind: 'open-seed', which: 'ceremony' }]);
}

/** Asks arbiters in rank order, collects n acceptances, exchanges lists, and takes the first n of the union. */
export function onPolling(state: PollingStep, event: ChannelEvent): Step {
  switch (event.kind) {
    case 'offers-found': {
      const { client, verifier, worker } = state.seeds;
      const seed = oracleSeed(event.blockHash, client, verifier, worker);
      const stakes = event.stakes.map((stake) => ({ ...stake, outpoint: stake.coin.outpoint }));
      return askNext({ ...state, seed, stakes: rankOffers(seed, stakes) });
    }
    case 'tip':
      return state.seed === null ? moved(state) : askNext(state);
    case 'message':
      if (event.message.kind === 'acceptanceList') {
        const { from } = event;
        if (from !== 'client' && from !== 'worker' && from !== 'verifier') return LATER;
        if (state.lists[from] !== null) return ignored('out-of-place', from, 'a second list');
        const { height, acceptances } = event.message;
        return trySelect({ ...state, lists: { ...state.lists, [from]: { height, acceptances } } }, []);
      }
      if (state.seed === null) return LATER;
      if (event.message.kind === 'acceptance') return onAcceptance(state, event.message.acceptance);
      if (event.message.kind === 'refused' && event.from.startsWith('offer:')) {
        return askNext({ ...state, asked: answered(state, event.from, 'refused') });
      }
      return LATER;
    default:
      return LATER;
  }
}

function answered(state: PollingStep, offer: Recipient, answer: 'accepted' | 'refused'): PollingStep['asked'] {
  return state.asked.map((entry) => (`offer:${entry.offer}` === offer ? { ...entry, answer } : entry));
}

function onAcceptance(state: PollingStep, acceptance: Acceptance): Step {
  const key = outpointKey(acceptance.outpoint);
  const asked = state.asked.find((entry) => entry.offer === key);
  if (asked === undefined) return ignored('acceptance-invalid', null, 'an acceptance that was not asked for');
  if (asked.answer !== 'none') return ignored('out-of-place', null, 'answered twice');
  const fault = verifyAcceptance(acceptance, {
    offer: offersOf(state.stakes, [acceptance])[0],
    contractHash: contractHash(state.contract),
    height: state.tip,
  });
  if (fault !== undefined) return askNext({ ...state, asked: answered(state, `offer:${key}`, 'refused') });
  return askNext({
    ...state,
    asked: answered(state, `offer:${key}`, 'accepted'),
    acceptances: [...state.acceptances, acceptance],
  });
}

/** Keeps n requests open or answered; who has not answered within a block is passed over, though it may still accept. */
function askNext(state: PollingStep): Step {
  const { n } = state.parameters;
  if (state.acceptances.length >= n) return shareList(state);
  const hopeful = state.asked.filter(
    (entry) => entry.answer === 'accepted' || (entry.answer === 'none' && entry.at >= state.tip - 1),
  );
  const asked = new Set(state.asked.map((entry) => entry.offer));
  const next = state.stakes
    .map(({ coin }) => ({ offer: coin.outpoint, key: outpointKey(coin.outpoint) }))
    .filter(({ key }) => !asked.has(key))
    .slice(0, n - hopeful.length);
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
    { ...state, asked: [...state.asked, ...next.map(({ key }) => ({ offer: key, at: state.tip, answer: 'none' as const }))] },
    next.map(({ key, offer }) => ({
      to: `offer:${key}`,
      message: { kind: 'acceptanceRequest', ...request, offer },
    })),
  );
}

function shareList(state: PollingStep): Step {
  if (state.lists[state.role] !== null) return moved(state);
  const acceptances = state.acceptances;
  const message = { kind: 'acceptanceList', height: state.tip, channel: contractHash(state.contract), acceptances } as const;
  const next = { ...state, lists: { ...state.lists, [state.role]: { height: state.tip, acceptances } } };
  return trySelect(next, toAll(othersOf(state.role), message));
}

function trySelect(state: PollingStep, messages: readonly Outgoing[]): Step {
  const { client, worker, verifier } = state.lists;
  if (client === null || worker === null || verifier === null || state.seed === null) {
    return moved(state, messages);
  }
  const hash = contractHash(state.contract);
  const selection = selectArbiters({
    seed: state.seed,
    offers: offersOf(state.stakes, [client, worker, verifier].flatMap((list) => list.acceptances)),
    lists: { client, worker, verifier },
    n: state.parameters.n,
    contractHash: hash,
  });
  if (selection.kind === 'fault') {
    const { culprit, reason } = selection.fault;
    return abandon(state, 'selection-failed', culprit?.kind === 'party' ? culprit.party : null, reason);
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
  const message = { kind: 'arbiterSet', channel: hash, graphId: id } as const;
  return moved(next, [...messages, ...toAll(othersOf(state.role), message)]);
}

/** All three must have drawn the same arbiters; then C hands the graph's terms to the arbiters. */
export function onArbiterSet(state: ArbiterSetStep, event: ChannelEvent): Step {
  if (event.kind === 'tip') return moved(state);
  if (event.kind !== 'message' || event.message.kind !== 'arbiterSet') return LATER;
  const { from } = event;
  if (from !== 'client' && from !== 'worker' && from !== 'verifier') return LATER;
  if (!equalBytes(event.message.graphId, state.graphId)) {
    return abandon(state, 'arbiter-set-mismatch', from, `the ${from} signed another list of arbiters`);
  }
  const next: ArbiterSetStep = { ...state, envelopes: { ...state.envelopes, [from]: event.envelope } };
  if (othersOf(state.role).some((role) => next.envelopes[role] === null)) return moved(next);
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
