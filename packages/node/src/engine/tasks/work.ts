import {
  type ChunkExhibit,
  chunkResult,
  chunksToOpen,
  commitBatch,
  exhibitChunk,
  openBatch,
} from '@prometheus-compute/proofs';
import { type ChannelEvent, encodeEnvelope, hash32, type Task } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { chunkRunner, loadBatch, loadDelivery, loadInputs } from './batch.ts';
import type { TaskContext } from './context.ts';
import { loadOutcome, storeOutcome } from './outcomes.ts';
import { envelopeOfAuthor } from './relay.ts';

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
  const results = await Promise.all(
    inputs.map(async (input, i) => {
      const outcome = await run(input, batch.inputHashes[i]!);
      await storeOutcome(record, i, outcome, context);
      return chunkResult(outcome);
    }),
  );
  const { terms, inputHashes } = batch;
  const { delivery, ciphertexts } = ports.signer.withWorkerSecrets(record.keys, ({ pointSecret }) =>
    commitBatch({ terms, pointSecret, inputHashes, results }),
  );
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
  const delivery = await loadDelivery(context, task.deliveryHash);
  const seeds = { client: task.seedClient, verifier: task.seedVerifier };
  const { root } = delivery;
  const exhibits = new Map<number, ChunkExhibit>();
  for (const chunk of chunksToOpen(terms, root, seeds)) {
    const outcome = await loadOutcome(record, chunk, context);
    const { exhibit, records } = exhibitChunk({ terms, root, seeds }, chunk, outcome);
    if (records !== null) await ports.blobs.put(hash32(exhibit.scheme), records);
    exhibits.set(chunk, exhibit);
  }
  const opening = ports.signer.withWorkerSecrets(record.keys, (secrets) =>
    openBatch({ terms, ...secrets, inputHashes, exhibits, delivery, seeds, entropy }),
  );
  const shown = task.answers && encodeEnvelope(await envelopeOfAuthor(record, task.answers, context));
  return { kind: 'opened', opening: { ...opening, answers: shown } };
}
