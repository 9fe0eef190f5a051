import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Executor } from '@prometheus-compute/node';
import { type ChunkOutcome, SandboxError } from '@prometheus-compute/sandbox';

/** What runs chunks. */
export type ChunkExecutor = Executor<ChunkOutcome>;

/** How often something is run of which the machine gives no result. */
const ATTEMPTS = 5;
/** Milliseconds until it is tried again, and as many more each time. */
const PAUSE = 100;

/** A machine without time or memory for a chunk is no event of a story: its party would try again a block later. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      const again = cause instanceof SandboxError && cause.code === 'no-result-yet';
      if (!again || attempt === ATTEMPTS) throw cause;
      await delay(attempt * PAUSE);
    }
  }
}

/**
 * An executor that runs each chunk once: parties of a scenario, and scenarios of a test run, run the same few chunks again and again. What
 * it answers is what the sandbox answered the first time.
 */
export function remembering(executor: ChunkExecutor): ChunkExecutor {
  const outcomes = new Map<string, Promise<ChunkOutcome>>();
  const prepared = new Map<string, Promise<unknown>>();
  const once = <Result>(map: Map<string, Promise<Result>>, key: string, make: () => Promise<Result>) => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const made = insist(make);
    map.set(key, made);
    // What could not be run is tried again.
    made.catch(() => map.delete(key));
    return made;
  };
  return {
    prepare: (program, limits) =>
      once(prepared, key(program.code, JSON.stringify([program.profile, program.arguments, limits])), () =>
        executor.prepare(program, limits),
      ),
    run: (program, input, limits, seed) =>
      once(
        outcomes,
        key(program.code, JSON.stringify([program.profile, program.arguments, limits]), input, seed),
        () => executor.run(program, input, limits, seed),
      ),
  };
}

const key = (...parts: readonly (Uint8Array | string)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest('hex');
};
