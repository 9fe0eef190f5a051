import type { Fate, Point } from './mortality.ts';

/**
 * Ends a process at the first effect of every sort: before it, and, when it comes again, after it.
 *
 * @param sortOf - the sort of an effect; undefined: nobody dies of it
 */
export function onceAtEachSort(sortOf: (point: Point) => string | undefined): (point: Point) => Fate {
  const seen = new Map<string, number>();
  return (point) => {
    const sort = sortOf(point);
    if (sort === undefined) return 'lives';
    const times = seen.get(sort) ?? 0;
    seen.set(sort, times + 1);
    return times === 0 ? 'before' : times === 1 ? 'after' : 'lives';
  };
}

/** Ends a process once for each sort: before the effects of every other sort, and after those between. */
export function onceForEachSort(sortOf: (point: Point) => string | undefined): (point: Point) => Fate {
  const seen = new Set<string>();
  return (point) => {
    const sort = sortOf(point);
    if (sort === undefined || seen.has(sort)) return 'lives';
    seen.add(sort);
    return seen.size % 2 === 1 ? 'before' : 'after';
  };
}
