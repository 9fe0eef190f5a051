/**
 * Makes each of `parties` threads wait until all have arrived, again and again.
 * @param words - two words of shared memory, zero at first: how many have arrived, and how often all have
 */
export function barrier(words: Int32Array, parties: number): () => void {
  return () => {
    const round = Atomics.load(words, 1);
    if (Atomics.add(words, 0, 1) === parties - 1) {
      Atomics.store(words, 0, 0);
      Atomics.add(words, 1, 1);
      Atomics.notify(words, 1);
      return;
    }
    while (Atomics.load(words, 1) === round) Atomics.wait(words, 1, round);
  };
}
