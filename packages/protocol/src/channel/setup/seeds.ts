import { contractHash } from '../../contract/contract-codec.ts';
import { ROLES, type Role } from '../../contract/party.ts';
import { seedHash } from '../../contract/seed.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import type { PollingStep, SeedsStep } from '../state.ts';
import { ignored, LATER, type Moved, moved, type Outgoing, STALE, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';

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
      if (event.which !== 'ceremony' || state.seeds[state.role] !== null) return STALE;
      const message = { kind: 'ceremonySeed', channel: hash, role: state.role, seed: event.seed } as const;
      return withSeed(state, state.role, event.seed, toAll(othersOf(state.role), message));
    }
    case 'message': {
      const { message } = event;
      if (message.kind !== 'ceremonySeed') return LATER;
      const { role, seed } = message;
      if (event.from !== role) {
        return ignored('seed-mismatch', event.from, 'a seed in the name of another role');
      }
      if (state.seeds[role] !== null) return ignored('out-of-place', role, 'its seed is open already');
      if (!equalBytes(seedHash(seed), committedSeed(state, role))) {
        return abandon(
          state,
          'seed-mismatch',
          role,
          `the ${role}'s seed is not the one that the contract commits to`,
        );
      }
      return withSeed(state, role, seed, []);
    }
    default:
      return STALE;
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

function withSeed(state: SeedsStep, role: Role, seed: Hash32, messages: readonly Outgoing[]): Moved {
  const next: SeedsStep = { ...state, seeds: { ...state.seeds, [role]: seed } };
  const { client, worker, verifier } = next.seeds;
  if (client === null || worker === null || verifier === null) {
    const opened = openWhenDue(next);
    return { ...opened, messages: [...messages, ...opened.messages] };
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
    avoided: [],
    asked: [],
    acceptances: [],
    lists: { client: null, worker: null, verifier: null },
    shown: {},
  };
  return moved(polling, messages, [{ kind: 'find-offers', height: contract.snapshotHeight }]);
}

function openWhenDue(state: SeedsStep): Moved {
  const turn = OPENING_ORDER.slice(0, OPENING_ORDER.indexOf(state.role));
  const due =
    !state.opening &&
    state.tip >= state.contract.snapshotHeight &&
    turn.every((role) => state.seeds[role] !== null);
  if (!due) return moved(state);
  return moved({ ...state, opening: true }, [], [{ kind: 'open-seed', which: 'ceremony' }]);
}
