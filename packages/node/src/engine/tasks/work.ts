import { commitBatch, openBatch } from '@prometheus-compute/proofs';
import { type ChannelEvent, encodeEnvelope, type Task } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { decodeSnapshot, encodeSnapshot } from '../../snapshot/snapshot.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { chunkRunner, loadBatch, loadDelivery, loadInputs } from './batch.ts';
import type { TaskContext } from './context.ts';
import { envelopeOfAuthor } from './relay.ts';

const outcomesKey = (record: ChannelRecord): string => `outcomes:${record.id}`;

/**
 * W: runs every chunk, commits to results and traces, encrypts. What it ran is stored before the commitment is given
 * to anybody, so that the opening after a restart belongs to it.
 */
export async function compute(record: ChannelRecord, context: TaskContext): Promise<ChannelEvent> {
  const { ports, onProgress } = context;
  const batch = await loadBatch(record, context);
  const inputs = await loadInputs(batch, context);
  let done = 0;
  const run = chunkRunner(batch, context, () => {
    done += 1;
    onProgress({ record, task: 'compute', done, total: inputs.length });
  });
  const outcomes = await Promise.all(inputs.map((input, i) => run(input, batch.inputHashes[i]!)));
  const { terms, inputHashes } = batch;
  const { delivery, ciphertexts } = ports.signer.withWorkerSecrets(record.keys, ({ pointSecret }) =>
    commitBatch({ terms, pointSecret, inputHashes, outcomes }),
  );
  await ports.store.putRecord(outcomesKey(record), encodeSnapshot(outcomes));
  for (const [i, { ciphertext }] of delivery.chunks.entries())
    await ports.blobs.put(ciphertext, ciphertexts[i]!);
  return { kind: 'computed', delivery };
}

/** W: opens the chunks that both seeds select, and shows the receipt of C that it answers. Called once a contract; the state keeps the opening that was signed. */
export async function open(
  record: ChannelRecord,
  task: Extract<Task, { readonly kind: 'open' }>,
  context: TaskContext,
): Promise<ChannelEvent> {
  const { ports, entropy } = context;
  const { terms, inputHashes } = await loadBatch(record, context);
  const stored = await ports.store.record(outcomesKey(record));
  if (stored === undefined) throw new EngineError('payload-missing', 'the outcomes of this batch are lost');
  const outcomes = decodeSnapshot(stored) as unknown as readonly ChunkOutcome[];
  const delivery = await loadDelivery(context, task.deliveryHash);
  const seeds = { client: task.seedClient, verifier: task.seedVerifier };
  const opening = ports.signer.withWorkerSecrets(record.keys, (secrets) =>
    openBatch({ terms, ...secrets, inputHashes, outcomes, delivery, seeds, entropy }),
  );
  const shown = task.answers && encodeEnvelope(await envelopeOfAuthor(record, task.answers, context));
  return { kind: 'opened', opening: { ...opening, answers: shown } };
}
