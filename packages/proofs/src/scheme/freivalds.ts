import { type Hash32, hash32, type OpenedChunk } from '@prometheus-compute/protocol';
import {
  type LinearNode,
  type LoadedModel,
  type ModelEngine,
  type ModelOutcome,
  type RowResults,
  refusedChunk,
  rowsOutcome,
} from '@prometheus-compute/sandbox';
import type { ProjectionKernels, Projector } from './projection.ts';
import { withheldCount, withheldRows } from './withheld.ts';

/**
 * Steps that checking one chunk may take: seconds. A model of large tensors, of groups or of pools, and a chunk of many rows, would keep
 * a Verifier without child processes from all else that it has to do, and one that has them from checking anything in the contract's time.
 */
const MAX_CHECK_STEPS = 2 ** 33;
/** Cells of the sums over rows of all checked layers: at 24 bytes each they fit into the memory of the engine besides a row. */
const MAX_SUM_CELLS = 2 ** 25;

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
    readonly chunk: Pick<OpenedChunk, 'index' | 'scheme'>;
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
  if (!withheld.every((row) => isZero(rowOf(shown, row, model.rowTraceBytes)))) return 'wrong';
  const output = projector.outputs(index, input, shown, withheld);
  if (output === undefined) return 'wrong';
  const own = runRows(model, engine, input, withheld);
  for (const [row, result] of own) output.set(result.output, row * model.outputBytes);
  const outcome = rowsOutcome(output, rows, shown);
  // The records are somebody else's: nothing is written into them.
  const traces = new Map([...own].map(([row, { trace }]) => [row, trace] as const));
  return { ...outcome, trace: { ...outcome.trace, own: traces } };
}

/**
 * Whether a chunk of so many rows is checked by projections within {@link MAX_CHECK_STEPS} and {@link MAX_SUM_CELLS}: withheld rows are inferred,
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
  return work <= MAX_CHECK_STEPS && cells <= MAX_SUM_CELLS;
}

/** What an own run gives for some of the rows of a chunk, by row. */
function runRows(
  { inputBytes, outputBytes, rowTraceBytes }: LoadedModel,
  engine: ModelEngine,
  input: Uint8Array,
  rows: readonly number[],
): ReadonlyMap<number, RowResults> {
  const own = new Uint8Array(rows.length * inputBytes);
  for (const [place, row] of rows.entries()) own.set(rowOf(input, row, inputBytes), place * inputBytes);
  const { output, trace } = engine.run(own);
  return new Map(
    rows.map((row, place) => [
      row,
      { output: rowOf(output, place, outputBytes), trace: rowOf(trace, place, rowTraceBytes) },
    ]),
  );
}

function rowOf(rows: Uint8Array, row: number, bytes: number): Uint8Array {
  return rows.subarray(row * bytes, (row + 1) * bytes);
}

/**
 * Whether an opening shows nothing of a withheld row: an arbiter's own opened records have zeros there, so who takes anything else for
 * right could be made wrong by it.
 */
function isZero(record: Uint8Array): boolean {
  return Buffer.compare(record, new Uint8Array(record.length)) === 0;
}
