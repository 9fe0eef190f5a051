import type { Parameters } from '@prometheus-compute/protocol';
import { type Coalition, type Game, gameOf } from '../model/game.ts';
import type { Rule } from '../model/rules.ts';
import type { Measure } from '../search/bounds.ts';
import { type Court, shortTerms } from '../terms/terms.ts';

/** What a rule is for: a coalition that robs somebody without it, and does not with it. */
export interface Lesson {
  readonly court: Court;
  readonly coalition: Coalition;
  /** Whose balance falls below its bound. */
  readonly measure: Measure;
  /** What is taken out. */
  readonly off: readonly Rule[];
  /** Bounds on P that are taken out: values that a node would refuse. */
  readonly changes?: Partial<Parameters>;
}

/** The game with the rule and the one without. */
export function gamesOf(lesson: Lesson): { readonly withRule: Game; readonly without: Game } {
  const { court, coalition, off, changes } = lesson;
  return {
    withRule: gameOf(shortTerms(court), coalition),
    without: gameOf(shortTerms(court, changes), coalition, off),
  };
}
