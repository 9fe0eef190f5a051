import type { Hash32, ProofScheme } from '@prometheus-compute/protocol';
import type { ChunkOutcome, ModelOutcome } from '@prometheus-compute/sandbox';
import { contentHash } from '../commitment/content-hash.ts';
import { modelLockDigest, modelTraceCommitment, openedRecords } from './model-trace.ts';
import { wasiDigest } from './wasi-trace.ts';

/** τ_i: commits to how a result came about. Part of inner_i, and so of R. */
export function traceCommitment(outcome: ChunkOutcome): Hash32 {
  return isModel(outcome) ? modelTraceCommitment(outcome) : wasiDigest('trace', outcome);
}

/**
 * D_i: masks the share u_i of the verification lock. Nobody has it without running what it covers, and no message carries it (D4).
 * `wasi-0`: the whole trace. It hides as much as the memory at the end does: where the trace has no memory (an exhausted stack, a
 * trap before the start), or the program leaves nothing there that its input does not show, anybody can guess it, and the share
 * of that chunk costs a lazy Verifier nothing. `model-1`: the accumulators of the rows that the challenge withholds.
 *
 * @param challenge - of the opening
 * @param chunk - i
 */
export function lockDigest(outcome: ChunkOutcome, challenge: Hash32, chunk: number): Hash32 {
  return isModel(outcome) ? modelLockDigest(outcome, challenge, chunk) : wasiDigest('lock', outcome);
}

/**
 * The records that W serves of an opened chunk under `freivalds`: those of all rows, with zeros for the withheld ones. A program without
 * records has none to show.
 */
export function shownRecords(outcome: ChunkOutcome, challenge: Hash32, chunk: number): Uint8Array {
  return isModel(outcome) ? openedRecords(outcome, challenge, chunk) : new Uint8Array(0);
}

/** What the opening of a chunk holds for its scheme: nothing for `replay`, H("records", shown records) for `freivalds`. */
export function schemeField(scheme: ProofScheme, records: Uint8Array): Uint8Array {
  return scheme === 'freivalds' ? contentHash('records', records) : new Uint8Array(0);
}

function isModel(outcome: ChunkOutcome): outcome is ModelOutcome {
  return outcome.trace.kind === 'model';
}
