import { describeMove } from '../model/move.ts';
import { boundOf, type Measure, measuresOf } from './bounds.ts';
import { endName, type SearchResult, stateAfter } from './search.ts';

/** An honest party that ends below its bound. */
export interface Violation {
  readonly measure: Measure;
  readonly worst: bigint;
  readonly bound: bigint;
  /** How it came to that. */
  readonly story: string;
}

/** Everything that a search found below the table of M §What an honest party can lose. */
export function violationsOf(result: SearchResult): readonly Violation[] {
  return measuresOf(result.game).flatMap((measure): readonly Violation[] => {
    const worst = result.worst[measure];
    const bound = boundOf(result.game, measure);
    return worst === undefined || worst >= bound
      ? []
      : [{ measure, worst, bound, story: storyOf(result, measure) }];
  });
}

/** The worst play of a measure in one line, with its end. */
export function storyOf(result: SearchResult, measure: Measure): string {
  const moves = result.worstPlay(measure);
  const end = endName(stateAfter(result.game, moves));
  return `${moves.map(describeMove).join(' · ')} → ${end}: ${measure} ${result.worst[measure]}`;
}
