import type { Hash32, OpenedChunk } from '@prometheus-compute/protocol';
import type { ModelOutcome } from '@prometheus-compute/sandbox';
import { type FreivaldsCheck, verifiedOutcome } from './freivalds.ts';
import { Projector } from './projection.ts';
import { lockDigest, traceCommitment } from './trace.ts';

/** An opened chunk, and what the contract says about it. */
export interface OpenedInput {
  readonly challenge: Hash32;
  readonly chunk: Pick<OpenedChunk, 'index' | 'scheme'>;
  /** x_i */
  readonly input: Uint8Array;
  /** The contract's limit of an output. */
  readonly outputBytes: number;
}

/** What is left to be held against the commitment, the opened output and the lock, once the records of a chunk are checked. */
export interface ProjectedChunk {
  /** y_i */
  readonly output: Uint8Array;
  /** τ_i */
  readonly trace: Hash32;
  /** D_i */
  readonly lock: Hash32;
}

/**
 * Checks an opened chunk by projections (F §Schemes).
 * @returns `wrong`: records that no run gives; undefined: this says nothing, and the chunk has to be run again
 */
export type ProjectChunk = (opened: OpenedInput) => Promise<ProjectedChunk | 'wrong' | undefined>;

/** The same in this process. What belongs to a challenge is computed once for all of its chunks. */
export function projectHere(check: FreivaldsCheck): ProjectChunk {
  let last: { readonly challenge: Hash32; readonly projector: Projector } | undefined;
  return async (opened) => {
    const { challenge, chunk } = opened;
    if (last?.challenge !== challenge)
      last = { challenge, projector: new Projector({ ...check, challenge }) };
    const outcome = await verifiedOutcome(check, last.projector, opened);
    return typeof outcome === 'object' ? projected(outcome, challenge, chunk.index) : outcome;
  };
}

function projected(outcome: ModelOutcome, challenge: Hash32, chunk: number): ProjectedChunk {
  return {
    output: outcome.output,
    trace: traceCommitment(outcome),
    lock: lockDigest(outcome, challenge, chunk),
  };
}
