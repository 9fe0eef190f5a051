import {
  type ChannelEvent,
  decodeMessage,
  type Envelope,
  encodeEnvelope,
  type Hash32,
  type MessageKind,
  readEnvelope,
  sealedHash,
} from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { envelopeAgain, isDocument } from './documents.ts';
import { EngineError } from './errors.ts';

/** Messages that a ceremony is replayed from (Y §Replay): the log keeps their envelopes. */
export const CEREMONY_KINDS: readonly MessageKind[] = [
  'contract',
  'contractAgreed',
  'ceremonySeed',
  'acceptanceList',
  'arbiterSet',
];

/** A document in the log: its body lies in the blob store, once, however often it came. */
interface DocumentName {
  readonly document: MessageKind;
  readonly sealed: Hash32;
}

/** An envelope in the log whose body is a document. */
type EnvelopeName = Omit<Envelope, 'body'> & { readonly sealed: Hash32 };

/** An event in the log: what it shows of documents is named. */
type Logged = Readonly<Record<string, unknown>> & { readonly kind: ChannelEvent['kind'] };

/**
 * An event as a channel's log holds it. Documents are named by their hash: everybody posts them to everybody, and each comes as
 * often as there are parties. Of other messages whose envelope nobody needs again, what they say is enough.
 */
export function encodeEvent(event: ChannelEvent): Uint8Array {
  return encodeSnapshot(logged(event));
}

/**
 * The event that {@link encodeEvent} was given, but for envelopes that nobody needs again: they are empty.
 *
 * @throws EngineError `payload-missing` when the store has lost a document
 */
export async function decodeEvent(bytes: Uint8Array, blobs: BlobStore): Promise<ChannelEvent> {
  const event = decodeSnapshot(bytes) as unknown as Logged;
  if (event.kind === 'relay-made')
    return { ...event, envelope: await whole(event.envelope, blobs) } as unknown as ChannelEvent;
  if (event.kind !== 'message') return event as unknown as ChannelEvent;
  const message = event.message as { readonly envelope?: unknown } | DocumentName;
  if ('document' in message) {
    const body = await blobs.get(message.sealed);
    if (body === undefined) throw lost(message.document);
    return { ...event, message: decodeMessage(message.document, body) } as unknown as ChannelEvent;
  }
  if (message.envelope === undefined) return event as unknown as ChannelEvent;
  const envelope = await whole(message.envelope, blobs);
  return { ...event, message: { ...message, envelope } } as unknown as ChannelEvent;
}

function logged(event: ChannelEvent): unknown {
  if (event.kind === 'relay-made') return { ...event, envelope: named(event.envelope) };
  if (event.kind !== 'message' || CEREMONY_KINDS.includes(event.message.kind)) return event;
  const { message, sealed } = event;
  const plain = { ...event, envelope: new Uint8Array(0) };
  if (message.kind === 'post')
    return { ...plain, message: { ...message, envelope: named(message.envelope) } };
  if (!isDocument(message.kind)) return plain;
  return { ...plain, message: { document: message.kind, sealed } satisfies DocumentName };
}

/** The name of an envelope whose body is a document. */
function named(bytes: Uint8Array): EnvelopeName | Uint8Array {
  const { kind, from, body, signature } = readEnvelope(bytes);
  return isDocument(kind) ? { kind, from, signature, sealed: sealedHash(kind, body) } : bytes;
}

async function whole(envelope: unknown, blobs: BlobStore): Promise<Uint8Array> {
  if (envelope instanceof Uint8Array) return envelope;
  const name = envelope as EnvelopeName;
  const found = await envelopeAgain(blobs, name);
  if (found === undefined) throw lost(name.kind);
  return encodeEnvelope(found);
}

function lost(kind: MessageKind): EngineError {
  return new EngineError('payload-missing', `a "${kind}" of a channel's log is not in this node's store`, {
    remedy: 'Restore the data folder from a backup.',
  });
}
