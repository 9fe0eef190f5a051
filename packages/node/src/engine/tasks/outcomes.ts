import { contentHash } from '@prometheus-compute/proofs';
import { hash32 } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { decodeSnapshot, encodeSnapshot } from '../../snapshot/snapshot.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { storedBlob } from './batch.ts';
import type { TaskContext } from './context.ts';

const outcomeKey = (record: ChannelRecord, chunk: number): string => `outcome:${record.id}:${chunk}`;

/**
 * W: keeps what a chunk gave, for the opening. A model's records are many bytes: they go among the contents, and their hash
 * stands in their place.
 */
export async function storeOutcome(
  record: ChannelRecord,
  chunk: number,
  outcome: ChunkOutcome,
  { ports }: TaskContext,
): Promise<void> {
  const { trace } = outcome;
  let kept: unknown = outcome;
  if (trace.kind === 'model') {
    const records = contentHash('records', trace.records);
    await ports.blobs.put(records, trace.records);
    kept = { ...outcome, trace: { ...trace, records } };
  }
  await ports.store.putRecord(outcomeKey(record, chunk), encodeSnapshot(kept));
}

/** @throws EngineError `payload-missing` when the store has lost it */
export async function loadOutcome(
  record: ChannelRecord,
  chunk: number,
  context: TaskContext,
): Promise<ChunkOutcome> {
  const stored = await context.ports.store.record(outcomeKey(record, chunk));
  if (stored === undefined) throw new EngineError('payload-missing', `the outcome of chunk ${chunk} is lost`);
  const outcome = decodeSnapshot(stored) as unknown as ChunkOutcome;
  const { trace } = outcome;
  if (trace.kind !== 'model') return outcome;
  const records = await storedBlob(context, hash32(trace.records), `the records of chunk ${chunk}`);
  return { ...outcome, trace: { ...trace, records } };
}
