/** A set of arbiters as bits: bit i − 1 stands for A_i. */
export type ArbiterSet = number;

export const NOBODY: ArbiterSet = 0;

/** A_1..A_count. */
export const lowest = (count: number): ArbiterSet => (1 << count) - 1;

/** All n arbiters. */
export const allOf = (n: number): ArbiterSet => lowest(n);

/** The members of `set` that are not in `others`. */
export const without = (set: ArbiterSet, others: ArbiterSet): ArbiterSet => set & ~others;

/** Whether every member of `part` is in `whole`. */
export const isWithin = (part: ArbiterSet, whole: ArbiterSet): boolean => (part & ~whole) === 0;

/** Number of members. */
export function sizeOf(set: ArbiterSet): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Members as ascending 1-based indexes, as in the names of decisions. */
export function indexesOf(set: ArbiterSet): readonly number[] {
  const indexes: number[] = [];
  for (let index = 1; 1 << (index - 1) <= set; index++)
    if ((set & (1 << (index - 1))) !== 0) indexes.push(index);
  return indexes;
}

/** Every subset, the empty one first. */
export function subsetsOf(set: ArbiterSet): readonly ArbiterSet[] {
  const subsets: ArbiterSet[] = [];
  for (let subset = 0; ; subset = (subset - set) & set) {
    subsets.push(subset);
    if (subset === set) return subsets;
  }
}

/** The sets S ⊆ {1..n} with at least `least` members. */
export const coherentSets = (n: number, least: number): readonly ArbiterSet[] =>
  subsetsOf(allOf(n)).filter((set) => sizeOf(set) >= least);
