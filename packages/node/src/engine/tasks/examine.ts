import { checkDelivery, checkOpening, contentHash, decryptBatch } from '@prometheus-compute/proofs';
import {
  answeredSeeds,
  type ChannelEvent,
  decodeMessage,
  equalBytes,
  type Hash32,
  type Recipient,
  type SecretScalar,
  type Task,
} from '@prometheus-compute/protocol';
import { encodeSnapshot } from '../../snapshot/snapshot.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { audits } from './audit.ts';
import { chunkRunner, loadBatch, loadDelivery, loadInputs, receiptPlace, storedBlob } from './batch.ts';
import type { TaskContext } from './context.ts';
import { projection } from './freivalds.ts';

/**
 * C, V, and arbiters to whom it was posted: fetches every ciphertext from whoever serves it and rebuilds R, which is what a
 * receipt says (M §Deliver).
 */
export async function examineDelivery(
  record: ChannelRecord,
  task: { readonly deliveryHash: Hash32; readonly sources: readonly Recipient[] },
  context: TaskContext,
): Promise<ChannelEvent> {
  const { payload, onProgress } = context;
  const { terms, inputHashes } = await loadBatch(record, context);
  const delivery = await loadDelivery(context, task.deliveryHash);
  const sources = context.peersOf(record, task.sources);
  if (sources.length === 0) throw new EngineError('payload-missing', 'nobody who has the delivery is known');
  const ciphertexts: Uint8Array[] = [];
  for (const [i, { ciphertext, size }] of delivery.chunks.entries()) {
    const verify = (bytes: Uint8Array) => equalBytes(contentHash('ct', bytes), ciphertext);
    const bytes = await payload.obtain(record, sources, {
      hash: ciphertext,
      size,
      exact: true,
      name: 'ct',
      verify,
    });
    ciphertexts.push(bytes);
    onProgress({ record, task: 'check-delivery', done: i + 1, total: delivery.chunks.length });
  }
  const check = checkDelivery({ terms, inputHashes, delivery, ciphertexts });
  const bytes = check.kind === 'complete' ? check.bytes : 0;
  const { deliveryHash } = task;
  const ok = check.kind === 'complete';
  return { kind: 'delivery-checked', deliveryHash, ok, bytes, ...(await receiptPlace(context)) };
}

/**
 * V: checks every sampled chunk by running it again, and so earns u_p. C: does the same with the probability of its
 * audit, and always once there is a dispute; otherwise it has the opening, and no opinion of its own.
 */
export async function examineOpening(
  record: ChannelRecord,
  task: Extract<Task, { readonly kind: 'check-opening' }>,
  context: TaskContext,
): Promise<ChannelEvent> {
  const { onProgress } = context;
  const { openingHash, deliveryHash, thorough, substitutes } = task;
  const checked = { kind: 'opening-checked', openingHash, deliveryHash, thorough } as const;
  const optional = record.role === 'client' && !thorough;
  if (optional && !(await audits(record.id, { ...context.ports, ...context.policy }))) {
    return { ...checked, verdict: { r: 1, lockSecret: null } };
  }
  const batch = await loadBatch(record, context);
  const inputs = await loadInputs(batch, context);
  const delivery = await loadDelivery(context, deliveryHash);
  const opening = decodeMessage('opening', await storedBlob(context, openingHash, 'the opening'));
  let done = 0;
  const run = chunkRunner(batch, context, () => {
    done += 1;
    onProgress({ record, task: 'check-opening', done, total: batch.contract.sampled });
  });
  const { terms, contract } = batch;
  const answered = answeredSeeds(contract, opening, context.ports.verify);
  const freivalds = contract.scheme === 'freivalds' ? projection(record, batch, context) : undefined;
  const verdict = await checkOpening({
    ...{ terms, inputs, delivery, opening, answered, substitutes, run },
    ...(freivalds && { freivalds }),
  });
  if (verdict.r === 1) return { ...checked, verdict };
  return { ...checked, verdict: { r: 0, chunk: verdict.claim.chunk, fault: verdict.claim.kind } };
}

/** Record key of a batch's decrypted results at the Client. */
export function resultsKey(channel: string): string {
  return `results:${channel}`;
}

/** C: decrypts every chunk with the secret that the settlement revealed, and stores the results. */
export async function decrypt(
  record: ChannelRecord,
  task: { readonly secret: SecretScalar; readonly deliveryHash: Hash32 },
  context: TaskContext,
): Promise<ChannelEvent> {
  const { terms } = await loadBatch(record, context);
  const delivery = await loadDelivery(context, task.deliveryHash);
  const ciphertexts = await Promise.all(
    delivery.chunks.map(({ ciphertext }, i) => storedBlob(context, ciphertext, `ciphertext ${i}`)),
  );
  const chunks = decryptBatch({ terms, pointSecret: task.secret, delivery, ciphertexts });
  const failures = chunks.flatMap((chunk, i) => (chunk.kind === 'output' ? [] : [i]));
  const outputs = chunks.map((chunk) => (chunk.kind === 'unreadable' ? null : chunk.output));
  await context.ports.store.putRecord(resultsKey(record.id), encodeSnapshot(outputs));
  return { kind: 'decrypted', failures };
}
