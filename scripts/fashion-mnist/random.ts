/** Numbers in [0, 1) from a 32-bit seed (mulberry32, public domain, by Tommy Ettinger): the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Puts the values in a random order (Fisher and Yates). */
export function shuffle(order: Uint32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
}

/** A seed of its own for each place that needs random numbers, so that no place depends on how far another one is. */
export function derivedSeed(seed: number, ...places: readonly number[]): number {
  let state = seed >>> 0;
  for (const place of places) {
    state = Math.imul(state ^ place, 0x9e3779b1);
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    state = (state ^ (state >>> 13)) >>> 0;
  }
  return state;
}
