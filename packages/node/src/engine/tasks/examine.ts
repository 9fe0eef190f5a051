import { checkDelivery, checkOpening, contentHash, decryptBatch } from '@prometheus-compute/proofs';
import {
  type ChannelEvent,
  decodeMessage,
  equalBytes,
  type Hash32,
  type SecretScalar,
} from '@prometheus-compute/protocol';
import { encodeSnapshot } from '../../snapshot/snapshot.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { audits } from './audit.ts';
import { chunkRunner, loadBatch, loadDelivery, loadInputs, receiptPlace, storedBlob } from './batch.ts';
import type { TaskContext } from './context.ts';

/** C, V: fetches every ciphertext and rebuilds R, which is what a receipt says (M §Deliver). */
export async function examineDelivery(
  record: ChannelRecord,
  deliveryHash: Hash32,
  context: TaskContext,
): Promise<ChannelEvent> {
  const { payload, onProgress } = context;
  const { terms, inputHashes } = await loadBatch(record, context);
  const delivery = await loadDelivery(context, deliveryHash);
  const peer = record.peers.worker;
  if (peer === undefined) throw new EngineError('payload-missing', 'the Worker cannot be reached');
  const ciphertexts: Uint8Array[] = [];
  for (const [i, { ciphertext, size }] of delivery.chunks.entries()) {
    const bytes = await payload.obtain(record, peer, ciphertext, size, (candidate) =>
      equalBytes(contentHash('ct', candidate), ciphertext),
    );
    ciphertexts.push(bytes);
    onProgress({ record, task: 'check-delivery', done: i + 1, total: delivery.chunks.length });
  }
  const check = checkDelivery({ terms, inputHashes, delivery, ciphertexts });
  const bytes = check.kind === 'complete' ? check.bytes : 0;
  return { kind: 'delivery-checked', ok: check.kind === 'complete', bytes, ...(await receiptPlace(context)) };
}

/**
 * V: checks every sampled chunk by running it again, and so earns u_p. C: does the same with the probability of its
 * audit; otherwise it has the opening, and no opinion of its own.
 */
export async function examineOpening(
  record: ChannelRecord,
  task: { readonly openingHash: Hash32; readonly deliveryHash: Hash32 },
  context: TaskContext,
): Promise<ChannelEvent> {
  const { onProgress } = context;
  const body = await storedBlob(context, task.openingHash, 'the opening');
  const place = await receiptPlace(context);
  if (record.role === 'client' && !(await audits(record.id, { ...context.ports, ...context.policy }))) {
    const verdict = { r: 1, lockSecret: null } as const;
    return { kind: 'opening-checked', verdict, bytes: body.length, ...place };
  }
  const batch = await loadBatch(record, context);
  const inputs = await loadInputs(batch, context);
  const delivery = await loadDelivery(context, task.deliveryHash);
  const opening = decodeMessage('opening', body);
  let done = 0;
  const run = chunkRunner(batch, context, () => {
    done += 1;
    onProgress({ record, task: 'check-opening', done, total: batch.contract.sampled });
  });
  const verdict = await checkOpening({ terms: batch.terms, inputs, delivery, opening, run });
  return {
    kind: 'opening-checked',
    verdict: verdict.r === 1 ? verdict : { r: 0, chunk: verdict.claim.chunk, fault: verdict.claim.kind },
    bytes: body.length,
    ...place,
  };
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
