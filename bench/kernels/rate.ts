import { BenchError } from '../bench-error.ts';

/** Something whose speed is asked for. */
export interface RatedWork {
  /** Of what is counted, e.g. multiply-adds, in one call. */
  readonly units: number;
  readonly work: () => void;
}

/** Turns that each work gets. */
const ROUNDS = 7;
/** Least processor time of a turn, in ms: the clock of a thread moves in steps of up to 4 ms. */
const TURN = 120;

/** Processor time of this thread so far, in ms: unlike the time of the clock, other processes take none of it. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Units per second of several works, in processor time of this thread. They take turns; each gives its best turn, since
 * whatever else the machine does can only make a turn slower. A turn of each is not counted.
 */
export function bestRates<Name extends string>(
  works: Readonly<Record<Name, RatedWork>>,
): Readonly<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const best = new Map<Name, number>();
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of names) {
      const rate = turn(works[name]);
      if (round >= 0) best.set(name, Math.max(rate, best.get(name) ?? 0));
    }
  }
  return Object.fromEntries(best) as Record<Name, number>;
}

function turn({ units, work }: RatedWork): number {
  const start = threadTime();
  if (!Number.isFinite(start)) throw new BenchError('this Node.js does not tell the time of a thread');
  let calls = 0;
  let taken = 0;
  while (taken < TURN) {
    work();
    calls++;
    taken = threadTime() - start;
  }
  return (1000 * calls * units) / taken;
}
