import { equalBytes, utf8 } from '@prometheus-compute/protocol';
import { type ChunkOutcome, SandboxError } from '@prometheus-compute/sandbox';
import type { Strategy } from './strategy.ts';

/** A wrong result, the same for everybody who tells this lie. */
const garbled = (outcome: ChunkOutcome): ChunkOutcome => ({ ...outcome, output: utf8('garbage\n') });

const lying: Pick<Strategy, 'executor'> = {
  executor: (real) => ({
    prepare: (program, limits) => real.prepare(program, limits),
    run: async (...chunk) => garbled(await real.run(...chunk)),
  }),
};

/** W: computes nothing right. All who tell this lie tell the same. */
export const wrongChunks = (): Strategy => ({
  ...lying,
  name: 'wrong chunk',
  does: 'delivers garbage for every chunk',
});

/** W: one accumulator of one chunk of a model is off by one, and its outputs are right. It commits to that, and opens it. */
export const wrongAccumulator = (chunk: Uint8Array): Strategy => ({
  name: 'wrong accumulator',
  does: 'commits to one accumulator that no run gives, in one row of one chunk',
  executor: (real) => ({
    prepare: (program, limits) => real.prepare(program, limits),
    run: async (program, input, limits, seed) => {
      const outcome = await real.run(program, input, limits, seed);
      if (outcome.trace.kind !== 'model' || outcome.kind !== 'done' || !equalBytes(input, chunk))
        return outcome;
      const records = outcome.trace.records.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
      return { ...outcome, trace: { ...outcome.trace, records } };
    },
  }),
});

/** V: checks by projections alone, and would have no verdict where a chunk has to be run again. */
export const runsNothing = (): Strategy => ({
  ...idle,
  name: 'without a machine',
  does: 'can run no chunk: it checks by projections',
});

/** V: calls right chunks faulty; and garbage right, where the Worker tells the same lie. */
export const lyingVerdict = (): Strategy => ({
  ...lying,
  name: 'lying verdict',
  does: 'runs nothing, and swears to garbage in place of results',
});

/** A: decides against the truth, for whoever pays for it. */
export const bribed = (): Strategy => ({
  ...lying,
  name: 'bribed',
  does: 'judges against what the chunk gives',
});

/** Never runs a chunk, and never says so. */
export const idle: Pick<Strategy, 'executor'> = {
  executor: (real) => ({
    prepare: (program, limits) => real.prepare(program, limits),
    run: () => Promise.reject(new SandboxError('no-result-yet', 'this party runs nothing')),
  }),
};
