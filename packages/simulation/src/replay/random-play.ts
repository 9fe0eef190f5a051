import type { Game } from '../model/game.ts';
import type { Move } from '../model/move.ts';
import { begin, movesOf, play } from '../model/step.ts';
import { ticksOf } from '../model/ticks.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Walks of which the longest is taken: most short ones end with Tx4. */
const WALKS = 4;

/** A play in which the coalition chooses at random among everything that it can do; long ones are preferred. */
export function randomPlay(game: Game, random: () => number): readonly Move[] {
  const walks = Array.from({ length: WALKS }, () => randomWalk(game, random));
  return walks.reduce((longest, walk) => (walk.length > longest.length ? walk : longest));
}

function randomWalk(game: Game, random: () => number): readonly Move[] {
  const ticks = ticksOf(game);
  const moves: Move[] = [];
  let state = begin(game);
  while (state.end === undefined) {
    const choices = movesOf(game, ticks, state);
    const move = choices[Math.floor(random() * choices.length)]!;
    moves.push(move);
    state = play(game, state, move);
  }
  return moves;
}
