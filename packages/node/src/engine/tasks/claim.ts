import { inputTree, merklePath } from '@prometheus-compute/proofs';
import { type ChannelEvent, decodeMessage, encodeEnvelope, type Task } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { loadBatch, storedBlob } from './batch.ts';
import type { TaskContext } from './context.ts';
import { envelopeOfAuthor } from './relay.ts';

/**
 * C, V: a claim about a chunk with all that an arbiter needs to judge it (M §Claims, D11): the opening as W signed it, x_i
 * and its path to the contract's input root.
 */
export async function makeClaim(
  record: ChannelRecord,
  task: Extract<Task, { readonly kind: 'make-claim' }>,
  context: TaskContext,
): Promise<ChannelEvent> {
  const { court, fault, chunk, opening } = task;
  const { contract, inputHashes } = await loadBatch(record, context);
  const { sealed, signature } = opening;
  const signed = { kind: 'opening', author: 'worker', sealed, signature } as const;
  const envelope = await envelopeOfAuthor(record, signed, context);
  const bytes = await storedBlob(context, inputHashes[chunk]!, `input ${chunk}`);
  const { state } = record;
  const delivery = 'delivery' in state ? state.delivery : null;
  return {
    kind: 'claim-made',
    court,
    claim: {
      fault,
      root: delivery?.root ?? decodeMessage('opening', envelope.body).root,
      index: chunk,
      opening: encodeEnvelope(envelope),
      input: { bytes, path: merklePath(inputTree(inputHashes), chunk) },
      programHash: contract.programHash,
    },
  };
}
