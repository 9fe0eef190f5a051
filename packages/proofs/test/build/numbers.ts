/** Whole numbers from `low` to `high` that follow no pattern, the same in every run. */
export function numbers(length: number, seed: number, low: number, high: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return low + ((state >>> 8) % (high - low + 1));
  });
}
