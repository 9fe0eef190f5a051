import { type Hash32, hash32, type OpenedChunk } from '@prometheus-compute/protocol';
import {
  type LinearNode,
  type LoadedModel,
  type ModelEngine,
  type ModelOutcome,
  refusedChunk,
  rowsOutcome,
} from '@prometheus-compute/sandbox';
import type { ProjectionKernels, Projector } from './projection.ts';
import { withheldCount, withheldRows } from './withheld.ts';

/**
 * Steps that checking one chunk may take: seconds. The check runs where the node does, out of reach of the contract's time
 * limit: a model of large tensors, of groups or of pools, and a chunk of many rows, would keep a Verifier from all else that it has to do.
 */
const MAX_CHECK_STEPS = 2 ** 33;
/** Bytes of the sums over rows of all checked layers, so that they fit into the memory of the engine besides a row. */
const MAX_SUM_BYTES = 512 * 1024 * 1024;

/** What the scheme `freivalds` needs of whoever checks. */
export interface FreivaldsCheck {
  readonly model: LoadedModel;
  /** The own engine: infers withheld rows, and whatever costs less to compute than to check. */
  readonly engine: ModelEngine;
  readonly kernels: ProjectionKernels;
  /**
   * The content with this hash H("records", …) and this many bytes; undefined where it cannot be had, and the chunk is
   * run again.
   */
  readonly records: (chunk: number, hash: Hash32, size: number) => Promise<Uint8Array | undefined>;
}

/**
 * The outcome of an opened chunk, without running it again (F §Schemes): withheld rows are inferred; for all rows the accumulators of
 * the checked layers are taken from the opened records, everything between them is computed, and each layer's accumulators are
 * held against its weights by random projections. An outcome that comes back is right but for a probability of 2/p for each
 * layer, and still has to be held against the commitment and the opened output.
 *
 * @param opened.outputBytes - the contract's limit of an output
 * @returns `wrong`: records that no run gives; undefined: this check says nothing, and the chunk has to be run again (records that
 *   nobody serves, an input that the model does not take, or one that is too much work here)
 */
export async function verifiedOutcome(
  check: FreivaldsCheck,
  projector: Projector,
  opened: {
    readonly challenge: Hash32;
    readonly chunk: OpenedChunk;
    readonly input: Uint8Array;
    readonly outputBytes: number;
  },
): Promise<ModelOutcome | 'wrong' | undefined> {
  const { model, engine } = check;
  const { challenge, input } = opened;
  const { index, scheme } = opened.chunk;
  if (refusedChunk(model, input, opened.outputBytes) !== undefined) return undefined;
  const rows = input.length / model.inputBytes;
  if (!canBeChecked(model, rows)) return undefined;
  const withheld = withheldRows(challenge, index, rows);
  const size = rows * model.rowTraceBytes;
  const shown = await check.records(index, hash32(scheme), size);
  if (shown?.length !== size) return undefined;
  // Chunks of one row have equal records: somebody else may hold the same array.
  const records = shown.slice();
  if (!fillWithheld(model, input, withheld, records, engine)) return 'wrong';
  const output = projector.outputs(index, input, records);
  return output === undefined ? 'wrong' : rowsOutcome(output, rows, records);
}

/**
 * Whether a chunk of so many rows is checked by projections within {@link MAX_CHECK_STEPS} and {@link MAX_SUM_BYTES}: withheld rows are inferred,
 * for all others the layers that are not checked are computed, and each byte of each tensor counts as a step.
 */
export function canBeChecked(
  { linear, steps, rowBytes, model, tensors }: LoadedModel,
  rows: number,
): boolean {
  const checked = linear.filter((layer) => layer.checked);
  const projected = checked.reduce((sum, { K, N, positions }) => sum + K * N * positions, 0);
  const work = withheldCount(rows) * steps + rows * (steps - projected + rowBytes);
  const cells = checked.reduce((sum, { node, positions, N }) => {
    const { input } = model.nodes[node] as LinearNode;
    return sum + tensors[input]!.length + positions * N;
  }, 0);
  return work <= MAX_CHECK_STEPS && 8 * cells <= MAX_SUM_BYTES;
}

/**
 * Puts the records of the withheld rows, from an own run, where the shown ones have zeros. False where something else stands
 * there: an arbiter's own run gives zeros, so who takes anything else for right could be made wrong by it.
 */
function fillWithheld(
  { inputBytes, rowTraceBytes }: LoadedModel,
  input: Uint8Array,
  withheld: readonly number[],
  records: Uint8Array,
  engine: ModelEngine,
): boolean {
  const placeOf = (row: number) => records.subarray(row * rowTraceBytes, (row + 1) * rowTraceBytes);
  if (withheld.some((row) => placeOf(row).some((byte) => byte !== 0))) return false;
  const own = new Uint8Array(withheld.length * inputBytes);
  for (const [place, row] of withheld.entries())
    own.set(input.subarray(row * inputBytes, (row + 1) * inputBytes), place * inputBytes);
  const { trace } = engine.run(own);
  for (const [place, row] of withheld.entries())
    placeOf(row).set(trace.subarray(place * rowTraceBytes, (place + 1) * rowTraceBytes));
  return true;
}
