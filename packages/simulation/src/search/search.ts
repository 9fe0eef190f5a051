import type { Game } from '../model/game.ts';
import type { Move } from '../model/move.ts';
import { outcomeOf } from '../model/outcome.ts';
import type { State } from '../model/state.ts';
import { begin, movesOf, play } from '../model/step.ts';
import { type Ticks, ticksOf } from '../model/ticks.ts';
import { MEASURES, type Measure, measured } from './bounds.ts';
import { stateKey } from './state-key.ts';

/** Worst balances from a state on, in the order of {@link MEASURES}; Infinity where no play gives one. */
type Worst = Float64Array;

interface Known {
  readonly worst: Worst;
  /** Plays from here on. */
  readonly plays: bigint;
}

/** What an exhaustive search of one game found. */
export interface SearchResult {
  readonly game: Game;
  /** Worst balance of each measure over all plays, in satoshis; undefined where no play gives one. */
  readonly worst: Readonly<Record<Measure, bigint | undefined>>;
  /** Different states. */
  readonly states: number;
  /** Different sequences of choices from Tx0 to the end. */
  readonly plays: bigint;
  /** A play that ends with the worst balance. */
  readonly worstPlay: (measure: Measure) => readonly Move[];
}

/**
 * Tries every choice in every state; equal states are looked at once.
 *
 * @param options.everyBlock - the coalition may act in every block, not only where something begins or ends
 */
export function search(game: Game, options: { readonly everyBlock?: boolean } = {}): SearchResult {
  const ticks = ticksOf(game, options.everyBlock);
  const memo = new Map<string, Known>();
  const start = begin(game);
  const root = explore(game, ticks, memo, start);
  const worst = Object.fromEntries(
    MEASURES.map((measure, i) => {
      const value = root.worst[i]!;
      return [measure, Number.isFinite(value) ? BigInt(value) : undefined];
    }),
  ) as SearchResult['worst'];
  return {
    game,
    worst,
    states: memo.size,
    plays: root.plays,
    worstPlay: (measure) => worstPlay(game, ticks, memo, start, MEASURES.indexOf(measure)),
  };
}

/** The state after these moves. */
export function stateAfter(game: Game, moves: readonly Move[]): State {
  return moves.reduce((state, move) => play(game, state, move), begin(game));
}

function explore(game: Game, ticks: Ticks, memo: Map<string, Known>, state: State): Known {
  const key = stateKey(game, state);
  const before = memo.get(key);
  if (before !== undefined) return before;
  const known = state.end === undefined ? best(game, ticks, memo, state) : ended(game, state);
  memo.set(key, known);
  return known;
}

function best(game: Game, ticks: Ticks, memo: Map<string, Known>, state: State): Known {
  const worst = new Float64Array(MEASURES.length).fill(Number.POSITIVE_INFINITY);
  let plays = 0n;
  for (const move of movesOf(game, ticks, state)) {
    const next = explore(game, ticks, memo, play(game, state, move));
    plays += next.plays;
    for (let i = 0; i < worst.length; i++) worst[i] = Math.min(worst[i]!, next.worst[i]!);
  }
  return { worst, plays };
}

/** Where the play ended, in a word. */
export function endName(state: State): string {
  const { end } = state;
  if (end === undefined) return 'open';
  return end.kind === 'settled' ? end.id : end.kind;
}

function ended(game: Game, state: State): Known {
  const outcome = outcomeOf(game, state);
  const balances = MEASURES.map((measure) => measured(game, measure, outcome, endName(state)));
  return {
    worst: Float64Array.from(balances, (balance) =>
      balance === undefined ? Number.POSITIVE_INFINITY : Number(balance),
    ),
    plays: 1n,
  };
}

function worstPlay(
  game: Game,
  ticks: Ticks,
  memo: ReadonlyMap<string, Known>,
  start: State,
  measure: number,
): readonly Move[] {
  const moves: Move[] = [];
  let state = start;
  const value = (at: State): number => memo.get(stateKey(game, at))!.worst[measure]!;
  while (state.end === undefined) {
    const wanted = value(state);
    const next = movesOf(game, ticks, state)
      .map((move) => ({ move, after: play(game, state, move) }))
      .find(({ after }) => value(after) === wanted)!;
    moves.push(next.move);
    state = next.after;
  }
  return moves;
}
