import { performance } from 'node:perf_hooks';

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `work` takes, waiting for its promise if it gives one. */
export async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Rounds in which {@link compare} takes its turns. */
const ROUNDS = 5;

/**
 * Milliseconds per call of several kinds of work. They take turns, so that whatever else the machine does meanwhile
 * burdens all of them alike and their ratios hold; each result is the median of its rounds. A first call of each is
 * not counted.
 *
 * @param repetitions - calls in a round
 */
export async function compare<Name extends string>(
  repetitions: number,
  works: Readonly<Record<Name, (repetition: number) => unknown>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(works) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const name of names) await works[name](0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const taken = await milliseconds(async () => {
        for (let i = 0; i < repetitions; i++) await works[name](i);
      });
      times.get(name)!.push(taken / repetitions);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<Name, number>;
}

/** Least processor time of a turn, in ms: the clock of a thread moves in steps of up to 4 ms. */
const TURN = 100;

/**
 * Milliseconds of processor time of this thread per call of several kinds of work, which other processes take nothing of. They
 * take turns; each gives its best turn, since whatever else the machine does can only make a turn slower.
 */
export async function compareOnThread<Name extends string>(
  works: Readonly<Record<Name, () => unknown>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(works) as Name[];
  const best = new Map<Name, number>();
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of names) {
      const start = process.threadCpuUsage();
      let calls = 0;
      let taken = 0;
      while (taken < TURN) {
        await works[name]();
        calls++;
        const { user, system } = process.threadCpuUsage(start);
        taken = (user + system) / 1000;
      }
      if (round >= 0) best.set(name, Math.min(taken / calls, best.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return Object.fromEntries(best) as Record<Name, number>;
}
