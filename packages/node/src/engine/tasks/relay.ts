import {
  type ChannelEvent,
  contractHash,
  type Envelope,
  encodeEnvelope,
  postReceiptHash,
  type SealedMessage,
  type Task,
} from '@prometheus-compute/protocol';
import { contractOf, messageKeyOf } from '../addressing.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { envelopeAgain } from '../documents.ts';
import { EngineError } from '../errors.ts';
import type { TaskContext } from './context.ts';

/**
 * A message as its author sealed it, for whoever is to see it too, with the own receipt for it where one is due
 * (M §Post).
 *
 * @param task.height - own tip at which it was accepted; null: no receipt is given
 * @throws EngineError `payload-missing` when the store has lost it
 */
export async function relay(
  record: ChannelRecord,
  task: Extract<Task, { readonly kind: 'relay' }>,
  context: TaskContext,
): Promise<ChannelEvent> {
  const { message, height, only } = task;
  const { author, sealed } = message;
  const envelope = await envelopeOfAuthor(record, message, context);
  const asked = only === undefined ? {} : { only };
  const shown = { kind: 'relay-made', author, sealed, envelope: encodeEnvelope(envelope), ...asked } as const;
  if (height === null) return { ...shown, receipt: null };
  const { signer } = context.ports;
  const channel = contractHash(contractOf(record.state)!);
  const hash = postReceiptHash({ channel, author: envelope.from, message: sealed, height });
  return { ...shown, receipt: { height, signature: signer.signMessage(record.keys, hash) } };
}

/** What an author sealed, rebuilt from the stored body and the author's signature. @throws EngineError `payload-missing` */
export async function envelopeOfAuthor(
  record: ChannelRecord,
  { kind, author, sealed, signature }: SealedMessage,
  { ports }: TaskContext,
): Promise<Envelope> {
  const from = messageKeyOf(record.state, author);
  const envelope = from && (await envelopeAgain(ports.blobs, { kind, from, sealed, signature }));
  if (envelope === undefined) {
    throw new EngineError('payload-missing', `the "${kind}" of the ${author} is not in this node's store`, {
      remedy: 'Restore the data folder from a backup.',
    });
  }
  return envelope;
}
