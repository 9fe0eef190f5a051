import {
  type Clock,
  type Contract,
  clock,
  type GraphTerms,
  type Parameters,
  quorum,
  type Role,
  type Satoshi,
  stageWait,
} from '@prometheus-compute/protocol';
import { type ArbiterSet, allOf, lowest, without } from './arbiter-set.ts';
import type { Rule } from './rules.ts';

/** Who plays together, against everybody else and without any rule but Bitcoin's. */
export interface Coalition {
  readonly roles: readonly Role[];
  /** How many arbiters: A_1..A_f. */
  readonly arbiters: number;
}

/** One contract with its coalition: everything that does not change during a play. */
export interface Game {
  readonly parameters: Parameters;
  readonly contract: Contract;
  readonly stakes: readonly Satoshi[];
  readonly times: Clock;
  readonly n: number;
  /** Arbiters that must agree. */
  readonly k: number;
  /** Roles of the coalition. */
  readonly corrupt: ReadonlySet<Role>;
  readonly corruptArbiters: ArbiterSet;
  readonly honestArbiters: ArbiterSet;
  /** Rules that are switched off. */
  readonly off: ReadonlySet<Rule>;
}

/** k of a court in which two are enough, whatever μ says (D23). */
const PAIR = 2;

/** Sets a game up. @param off - rules that the protocol shall do without */
export function gameOf(terms: GraphTerms, coalition: Coalition, off: readonly Rule[] = []): Game {
  const { parameters, contract, arbiters } = terms;
  const corruptArbiters = lowest(coalition.arbiters);
  return {
    parameters,
    contract,
    stakes: arbiters.map(({ stake }) => stake.coin.amount),
    times: clock(parameters, contract),
    n: parameters.n,
    k: off.includes('D23') ? PAIR : quorum(parameters),
    corrupt: new Set(coalition.roles),
    corruptArbiters,
    honestArbiters: without(allOf(parameters.n), corruptArbiters),
    off: new Set(off),
  };
}

/** Whether a party is of the coalition. */
export const isCorrupt = (game: Game, role: Role): boolean => game.corrupt.has(role);

/** Whether a rule holds. */
export const holds = (game: Game, rule: Rule): boolean => !game.off.has(rule);

/** Δ. */
export const confirmation = (game: Game): number => game.contract.confirmationBlocks;

/** First block after TxA or TxAc in which a decision by S is valid. */
export const decisionWait = (game: Game, size: number): number =>
  Math.max(1, stageWait(game.parameters, game.contract, size));
