import { randomInt } from 'node:crypto';
import { SandboxError, SandboxPool } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { findScenario } from '../../src/scenarios/catalogue.ts';
import { runScenario, type ScenarioReport } from '../../src/scenarios/run.ts';
import { type ChunkExecutor, remembering } from '../../src/stage/executor.ts';
import type { Machine } from '../../src/stage/options.ts';
import { onChain } from './play.ts';

/** Turns of the event loop that an answer of a slow machine takes at most. */
const SLOWEST = 12;
/** Milliseconds for two plays, where other tests have most of the cores. */
const PATIENCE = 180_000;

const executor = remembering(new SandboxPool());

/** An answer that comes as late as it likes, of all that were asked for in any order. */
async function atSomeTime<Result>(work: Promise<Result>): Promise<Result> {
  for (let turns = randomInt(SLOWEST); turns > 0; turns--)
    await new Promise((resolve) => setImmediate(resolve));
  return work;
}

/** A machine under load: blobs and chunks come in another order in every run. */
const slowMachine: Machine = (_, ports) => ({
  ...ports,
  blobs: {
    put: (...blob) => atSomeTime(ports.blobs.put(...blob)),
    get: (...blob) => atSomeTime(ports.blobs.get(...blob)),
    part: (...blob) => atSomeTime(ports.blobs.part(...blob)),
    draft: (...blob) => atSomeTime(ports.blobs.draft(...blob)),
  },
});

/** It has no time for what it is asked for first. */
function slowExecutor(): ChunkExecutor {
  let refusals = 2;
  return remembering({
    prepare: (...program) => atSomeTime(executor.prepare(...program)),
    run: async (...chunk) => {
      if (refusals-- > 0) throw new SandboxError('no-result-yet', 'this machine has no time');
      return atSomeTime(executor.run(...chunk));
    },
  });
}

const played = (name: string, on: { readonly executor: ChunkExecutor; readonly machine?: Machine }) =>
  runScenario(findScenario(name), { seed: 'same story', ...onChain, ...on });

const slowly = (name: string): Promise<ScenarioReport> =>
  played(name, { executor: slowExecutor(), machine: slowMachine });

describe('the same seed', () => {
  it.each(['lossy-network', 'bad-chunk-appealed'])(
    'tells the same story of %s on a fast machine and on a slow one',
    async (name) => {
      const told = await played(name, { executor });
      expect(await slowly(name)).toEqual(told);
    },
    PATIENCE,
  );
});
