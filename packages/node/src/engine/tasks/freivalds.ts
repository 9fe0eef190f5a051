import {
  contentHash,
  type FreivaldsCheck,
  type ProjectChunk,
  projectApart,
  projectHere,
  projectionKernels,
} from '@prometheus-compute/proofs';
import { equalBytes } from '@prometheus-compute/protocol';
import { kernelEngine, type LoadedModel, loadModel, type ModelEngine } from '@prometheus-compute/sandbox';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import type { Batch } from './batch.ts';
import type { TaskContext } from './context.ts';

/** Blocks that V waits for records, all chunks of an opening together, before it runs the rest again. */
const PATIENCE_BLOCKS = 2;

interface Ready {
  readonly model: LoadedModel;
  readonly engine: ModelEngine;
}

/** The model that was last checked with: batches of one job share it. */
let last: { readonly code: Uint8Array; readonly ready: Ready } | undefined;

function readyFor(code: Uint8Array): Ready {
  if (last === undefined || !equalBytes(last.code, code)) {
    const model = loadModel(code);
    last = { code, ready: { model, engine: kernelEngine(model) } };
  }
  return last.ready;
}

/**
 * How V and C check an opened chunk by projections: apart from this process where the executor can, so that a node does all else meanwhile.
 */
export function projection(record: ChannelRecord, batch: Batch, context: TaskContext): ProjectChunk {
  const records = recordsFor(record, context);
  const { program, contract } = batch;
  const { executor } = context;
  if (executor.examine === undefined)
    return projectHere({ ...readyFor(program.code), kernels: projectionKernels(), records });
  const examine = executor.examine.bind(executor, program, contract.limits);
  return projectApart({ records, examine });
}

/**
 * The records of a chunk come from the Worker, or from whoever has checked it already. Who withholds those of one chunk is asked
 * for no others, and so is who serves each of them, but late (D39): running chunks again is what V has time for, waiting for each of
 * them is not.
 */
export function recordsFor(record: ChannelRecord, context: TaskContext): FreivaldsCheck['records'] {
  const others = (['worker', 'client', 'verifier'] as const).filter((role) => role !== record.role);
  const sources = context.peersOf(record, others);
  let isServed = sources.length > 0;
  let patience = PATIENCE_BLOCKS;
  const height = async () => (await context.ports.chain.tip()).height;
  return async (_, hash, size) => {
    if (!isServed) return undefined;
    const verify = (bytes: Uint8Array) => equalBytes(contentHash('records', bytes), hash);
    const asked = await height();
    try {
      const wanted = { hash, size, exact: true, name: 'records' as const, verify, patience };
      const bytes = await context.payload.obtain(record, sources, wanted);
      patience -= Math.max(0, (await height()) - asked);
      isServed = patience > 0;
      return bytes;
    } catch (cause) {
      if (!(cause instanceof EngineError && cause.code === 'payload-missing')) throw cause;
      isServed = false;
      return undefined;
    }
  };
}
