import {
  type NetChanges,
  netChanges,
  type Parameters,
  type Party,
  parties,
  type SettlementId,
  share,
} from '@prometheus-compute/protocol';
import { sizeOf } from './arbiter-set.ts';
import { type Game, holds, isCorrupt } from './game.ts';
import type { State } from './state.ts';

const BASIS_POINTS = 10_000;

/** Settlements in which W shows h_p to C (D9). */
const REVEALING = /^Tx(?:3|4'?|8c?(?::.*)?)$/;

/** How a play ended. */
export interface Outcome {
  /** Satoshis more or less than before Tx0; without φ, nρ and the fee of Tx0, which C always pays. */
  readonly changes: NetChanges;
  /** C has h_p. */
  readonly revealed: boolean;
  /** What was delivered and opened passes the check of the sample. */
  readonly right: boolean;
  /** The Verifier has u_p: it checked, or the Worker told it. */
  readonly hasLock: boolean;
}

/** Everything that a party brought is lost to it: nothing was settled. */
function frozenChanges(game: Game, state: State): NetChanges {
  const { parameters, contract, stakes } = game;
  const pooled = state.appeal !== undefined;
  const bondPooled = state.appeal?.id === 'TxAc';
  const lost = (party: Party, i: number): bigint => {
    if (party === 'client') return -contract.reward - (bondPooled ? contract.bond : 0n);
    if (party === 'worker') return -parameters.w;
    if (party === 'verifier') return -parameters.v;
    return pooled ? -stakes[i - 3]! : contract.retainer;
  };
  const entries = parties(game.n).map((party, i) => [party, lost(party, i)] as const);
  return { ...(Object.fromEntries(entries) as NetChanges), fund: 0n };
}

/** C, W, V and k arbiters took the pool (D6): shown as the Client's, since they share as they like. */
function takenChanges(game: Game, state: State): NetChanges {
  const changes = frozenChanges(game, state);
  const pool = -Object.values(changes).reduce((sum, change) => sum + change, 0n);
  return { ...changes, client: changes.client + pool };
}

/** Parameters by which is paid. D17: the paper's σ is the sampled share too. */
function payoutParameters({ parameters, contract, off }: Game): Parameters {
  if (!off.has('D17')) return parameters;
  return { ...parameters, sigma: Math.floor((contract.sampled * BASIS_POINTS) / contract.chunks) };
}

/** Changes of a settlement; Tx4's fee output goes to C after the window when V has no u_p (D4). */
function settledChanges(game: Game, id: SettlementId, hasLock: boolean): NetChanges {
  const { parameters, contract, stakes } = game;
  const changes = netChanges(payoutParameters(game), contract, id, stakes);
  if ((id !== 'Tx4' && id !== "Tx4'") || hasLock || !holds(game, 'D4')) return changes;
  const fee = contract.reward - share(parameters.sigma, contract.reward);
  return { ...changes, client: changes.client + fee, verifier: changes.verifier - fee };
}

const known = new WeakMap<Game, Map<string, Outcome>>();

/** The outcome of a play that is over. */
export function outcomeOf(game: Game, state: State): Outcome {
  const end = state.end!;
  const right = state.delivery === 'right' && state.opening === 'right';
  const hasLock = !isCorrupt(game, 'verifier') || isCorrupt(game, 'worker') || state.checked;
  const id = end.kind === 'settled' ? end.id : end.kind;
  const key = `${id} ${right} ${hasLock} ${state.appeal?.id}`;
  const cache = known.get(game) ?? new Map<string, Outcome>();
  known.set(game, cache);
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const changes =
    end.kind === 'settled'
      ? settledChanges(game, end.id, hasLock)
      : end.kind === 'taken'
        ? takenChanges(game, state)
        : frozenChanges(game, state);
  const outcome = { changes, revealed: REVEALING.test(id) && holds(game, 'D9'), right, hasLock };
  cache.set(key, outcome);
  return outcome;
}

/** What the coalition has more than before, F's share included if it owns F (D28). */
export function coalitionChange(game: Game, changes: NetChanges): bigint {
  const members = parties(game.n).filter((party, i) =>
    i < 3 ? game.corrupt.has(party as 'client') : (game.corruptArbiters & (1 << (i - 3))) !== 0,
  );
  const own = members.reduce((sum, party) => sum + (changes[party] ?? 0n), 0n);
  return holds(game, 'D28') ? own : own + changes.fund;
}

/** Whether the arbiters of the coalition can keep the others from any decision. */
export const canBlock = (game: Game): boolean => sizeOf(game.corruptArbiters) >= game.n - game.k + 1;
