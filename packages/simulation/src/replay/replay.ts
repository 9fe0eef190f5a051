import { type NetChanges, quorum } from '@prometheus-compute/protocol';
import type { Game } from '../model/game.ts';
import type { Move } from '../model/move.ts';
import { outcomeOf } from '../model/outcome.ts';
import type { Rule } from '../model/rules.ts';
import type { ChainId, State } from '../model/state.ts';
import { begin, play } from '../model/step.ts';
import { compareValidity, forgeryObjection, openExit, takeObjection } from './attempts.ts';
import { chainBalances, takeFee, withTakenStakes } from './balances.ts';
import { PlayChain } from './play-chain.ts';
import { revealsPointSecret } from './revealed.ts';
import type { Setting } from './setting.ts';

/** What became of a play on the development chain. */
export type Replay =
  | {
      readonly kind: 'played';
      readonly end: State;
      /** Read from the chain. */
      readonly changes: NetChanges;
      /** C learned h_p from the chain. */
      readonly revealed: boolean;
    }
  /** A rule of the real graph, which the play does without, stands in the way. */
  | { readonly kind: 'prevented'; readonly at: ChainId | 'take'; readonly reason: string };

/**
 * Performs a play with the real graph and real signatures. At every tip where the play stops, the chain must take exactly
 * the transactions that the model says consensus allows.
 *
 * @throws ReplayError when model and chain differ
 */
export function replay(setting: Setting, game: Game, moves: readonly Move[]): Replay {
  const { graph } = setting;
  const rules: Game = { ...game, off: new Set<Rule>(), k: quorum(game.parameters) };
  const chain = new PlayChain(setting);
  const takenStakes: number[] = [];
  let state = begin(game);
  let compared = -1;
  let valid = new Set<ChainId>();
  for (const move of moves) {
    if (move.kind === 'confirm' || move.kind === 'wait' || move.kind === 'take') {
      chain.mineTo(state.tip);
      if (compared !== state.tip) compareValidity(chain, graph, rules, state, valid);
      compared = state.tip;
    }
    if (move.kind === 'take') {
      const reason = takeObjection(chain, graph, game, state.appeal!.id);
      if (reason !== undefined) return { kind: 'prevented', at: 'take', reason };
    }
    if (move.kind === 'confirm') {
      const { id } = move;
      const reason = chain.objection(id) ?? forgeryObjection(chain, graph, rules, state, id);
      if (reason !== undefined) return { kind: 'prevented', at: id, reason };
      chain.confirm(id);
      valid = new Set();
      if (id.startsWith('stake:')) takenStakes.push(Number(id.slice('stake:'.length)));
    }
    state = play(game, state, move);
  }
  return settle(setting, game, chain, state, takenStakes);
}

function settle(
  { graph }: Setting,
  game: Game,
  chain: PlayChain,
  state: State,
  takenStakes: readonly number[],
): Replay {
  const end = state.end!;
  if (end.kind === 'frozen' && game.off.has('D13')) {
    const exit = openExit(chain);
    if (exit !== undefined)
      return { kind: 'prevented', at: exit, reason: 'everybody holds this exit complete' };
  }
  const changes = withTakenStakes(chainBalances(chain, graph, state), graph, takenStakes);
  if (end.kind !== 'settled') return { kind: 'played', end: state, changes, revealed: false };
  const revealed = revealsPointSecret(chain, graph, end.id);
  if (end.id !== 'Tx4' && end.id !== "Tx4'") return { kind: 'played', end: state, changes, revealed };
  const { hasLock } = outcomeOf(game, state);
  const { party, amount } = takeFee(chain, graph, end.id, hasLock);
  return { kind: 'played', end: state, changes: { ...changes, [party]: changes[party] + amount }, revealed };
}
