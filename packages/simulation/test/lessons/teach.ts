import { expect, it } from 'vitest';
import { gamesOf, type Lesson } from '../../src/lessons/lesson.ts';
import { boundOf } from '../../src/search/bounds.ts';
import { endName, search, stateAfter } from '../../src/search/search.ts';
import { storyOf } from '../../src/search/violations.ts';

/**
 * With the rule the measured party keeps its bound; without it the search finds a play that ends in `end` with less. The
 * play is an annotation of the test.
 */
export function shows(title: string, lesson: Lesson, end: string, balance: bigint): void {
  it(title, async ({ annotate }) => {
    const { measure } = lesson;
    const { withRule, without } = gamesOf(lesson);
    const kept = search(withRule).worst[measure];
    if (kept !== undefined) expect(kept).toBeGreaterThanOrEqual(boundOf(withRule, measure));
    const robbed = search(without);
    expect(robbed.worst[measure]).toBe(balance);
    expect(balance).toBeLessThan(boundOf(without, measure));
    expect(endName(stateAfter(without, robbed.worstPlay(measure)))).toBe(end);
    await annotate(storyOf(robbed, measure), 'play');
  });
}
