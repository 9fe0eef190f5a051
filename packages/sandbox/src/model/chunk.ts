import { encodeFailure, type Failure, isReserved } from '../outcome/failure.ts';
import type { ModelOutcome } from '../outcome/outcome.ts';
import { MODEL_PROFILE } from '../program/program.ts';
import type { RowEngine } from './engine/engine.ts';
import { MAX_RECORDS_BYTES } from './limits.ts';
import type { LoadedModel } from './load/loaded-model.ts';

/**
 * F §Outcome of a chunk: whether a chunk is one that the model takes: at least one whole row, each cell in the input's range, row records of at most
 * {@link MAX_RECORDS_BYTES}, an output of at most `outputBytes`. What it does not take has a defined outcome without rows.
 *
 * @param input - the chunk
 * @param outputBytes - the contract's limit of an output
 */
export function refusedChunk(
  model: LoadedModel,
  input: Uint8Array,
  outputBytes: number,
): ModelOutcome | undefined {
  const rows = input.length / model.inputBytes;
  if (!Number.isInteger(rows) || rows === 0 || rows * model.rowTraceBytes > MAX_RECORDS_BYTES) {
    return failed('input', 0, new Uint8Array(0));
  }
  const { low, high } = model.model.input;
  if ((low > -128 || high < 127) && input.some((byte) => byte < low + 128 || byte > high + 128)) {
    return failed('input', 0, new Uint8Array(0));
  }
  return rows * model.outputBytes > outputBytes ? failed('output-limit', 0, new Uint8Array(0)) : undefined;
}

/** The outcome of rows that were computed. An output that reads like a failure record is a failure itself, and keeps its rows. */
export function rowsOutcome(output: Uint8Array, rows: number, records: Uint8Array): ModelOutcome {
  if (isReserved(output)) return failed('reserved-output', rows, records);
  return { kind: 'done', output, trace: { kind: 'model', rows, records } };
}

/** What preparing a model tells about it. */
export interface ModelInspection {
  readonly profile: typeof MODEL_PROFILE;
  /** Bytes of a row of a chunk, of its output and of its row record. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly rowTraceBytes: number;
  /** Products for one row. */
  readonly macs: number;
  /** Pages of 64 KiB that a contract has to allow. */
  readonly memoryPages: number;
}

export function inspectModel(model: LoadedModel): ModelInspection {
  const { inputBytes, outputBytes, rowTraceBytes, macs, memoryPages } = model;
  return { profile: MODEL_PROFILE, inputBytes, outputBytes, rowTraceBytes, macs, memoryPages };
}

/** Runs a model on one chunk. */
export async function runChunk(
  model: LoadedModel,
  engine: RowEngine,
  input: Uint8Array,
  outputBytes: number,
): Promise<ModelOutcome> {
  const refused = refusedChunk(model, input, outputBytes);
  if (refused !== undefined) return refused;
  const { output, trace } = await engine.run(input);
  return rowsOutcome(output, input.length / model.inputBytes, trace);
}

function failed(kind: Failure['kind'], rows: number, records: Uint8Array): ModelOutcome {
  const failure = { kind, exitCode: 0 };
  return { kind: 'failed', failure, output: encodeFailure(failure), trace: { kind: 'model', rows, records } };
}
