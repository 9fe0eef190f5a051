import {
  type ChannelMessage,
  type Envelope,
  encodeMessage,
  type Hash32,
  type MessageKind,
  openingHash,
  readEnvelope,
  sealedHash,
} from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';

/** Kinds that a later step names by hash: claims, receipts and votes hold the hash alone, and M §Post relays the whole. */
const DOCUMENTS: readonly MessageKind[] = [
  'delivery',
  'receipt',
  'opening',
  'verdict',
  'claim',
  'voteCommitment',
  'voteOpening',
  'decisionSignatures',
];

/** Whether the body of a message lies in the blob store once it has come. */
export const isDocument = (kind: MessageKind): boolean => DOCUMENTS.includes(kind);

/** A body with the hashes under which later steps look for it. */
interface Document {
  readonly names: readonly Hash32[];
  readonly body: Uint8Array;
}

/** The document that a message is, or that it shows when it is a `post`; undefined: nobody will ask for it. */
function documentIn(message: ChannelMessage): Document | undefined {
  if (message.kind !== 'post') {
    return isDocument(message.kind) ? named(message.kind, encodeMessage(message)) : undefined;
  }
  const { kind, body } = readEnvelope(message.envelope);
  return isDocument(kind) ? named(kind, body) : undefined;
}

/** An opening goes by two names: what W signed, and what a verdict says (D31). */
function named(kind: MessageKind, body: Uint8Array): Document {
  const sealed = sealedHash(kind, body);
  return { names: kind === 'opening' ? [sealed, openingHash(body)] : [sealed], body };
}

/**
 * Stores the body of a document, to be called before the state that names it is stored.
 *
 * @throws EncodingError, EnvelopeError when a `post` holds no envelope
 */
export async function keepDocument(blobs: BlobStore, message: ChannelMessage): Promise<void> {
  const document = documentIn(message);
  if (document === undefined) return;
  for (const name of document.names) await keepBody(blobs, name, document.body);
}

/** Stores a body under the hash of it that was signed, unless it is there. */
export async function keepBody(blobs: BlobStore, name: Hash32, body: Uint8Array): Promise<void> {
  if ((await blobs.part(name, 0, 0)) === undefined) await blobs.put(name, body);
}

/** The envelope whose body lies in the store under what its sender signed; undefined when the body is not there. */
export async function envelopeAgain(
  blobs: BlobStore,
  sealed: Omit<Envelope, 'body'> & { readonly sealed: Hash32 },
): Promise<Envelope | undefined> {
  const { kind, from, signature } = sealed;
  const body = await blobs.get(sealed.sealed);
  return body && { kind, from, body, signature };
}
