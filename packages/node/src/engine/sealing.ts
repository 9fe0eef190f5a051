import {
  type ChannelMessage,
  contractHash,
  type Envelope,
  encodeEnvelope,
  type Hash32,
  type MessageKind,
  type Outgoing,
  readEnvelope,
  sealedHash,
  sealMessage,
} from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Signer } from '../ports/signer.ts';
import type { OutboxItem } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { contractOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import { envelopeAgain, keepBody, keepDocument } from './documents.ts';
import { EngineError } from './errors.ts';

/** Bodies above this many bytes lie in the blob store once, however many recipients the outbox has for them. */
const LARGE_BYTES = 65_536;

/** An envelope in the outbox whose body lies in the blob store under what its sender signed. */
type LargeEnvelope = Omit<Envelope, 'body'> & { readonly sealed: Hash32 };

/**
 * Seals what one step sends. A message is sealed once, whoever gets it: signatures are randomised, and everybody must hold
 * the same one on what is posted. Bodies that later steps name, and large ones, are in the blob store when this resolves.
 */
export async function sealOutgoing(
  record: ChannelRecord,
  messages: readonly Outgoing[],
  { signer, blobs }: { readonly signer: Signer; readonly blobs: BlobStore },
): Promise<readonly OutboxItem[]> {
  const seal = (message: ChannelMessage): Envelope =>
    sealMessage(message, signer.messageKey(record.keys), (hash) => signer.signMessage(record.keys, hash));
  const direct = new Map<ChannelMessage, Uint8Array>();
  const posted = new Map<ChannelMessage, Uint8Array>();
  const items: OutboxItem[] = [];
  for (const { to, message, posted: isPosted, forwarded } of messages) {
    if (forwarded !== undefined) {
      items.push({ kind: 'message', to, payload: forwarded });
      continue;
    }
    const sealed = isPosted === true ? posted : direct;
    let payload = sealed.get(message);
    if (payload === undefined) {
      await keepDocument(blobs, message);
      const envelope = seal(message);
      payload = await payloadOf(isPosted === true ? seal(wrapped(record, envelope)) : envelope, blobs);
      sealed.set(message, payload);
    }
    items.push({ kind: 'message', to, payload });
  }
  return items;
}

/** M §Post: own words go out with no receipts; whoever accepts them adds its own. */
function wrapped({ state }: ChannelRecord, envelope: Envelope): ChannelMessage {
  const contract = contractOf(state);
  if (contract === undefined)
    throw new EngineError('channel-failed', 'nothing can be posted before there is a contract');
  const channel = contractHash(contract);
  return { kind: 'post', channel, envelope: encodeEnvelope(envelope), receipts: [] };
}

async function payloadOf(envelope: Envelope, blobs: BlobStore): Promise<Uint8Array> {
  const { kind, from, body, signature } = envelope;
  if (body.length <= LARGE_BYTES) return encodeEnvelope(envelope);
  const sealed = sealedHash(kind, body);
  await keepBody(blobs, sealed, body);
  return encodeSnapshot({ kind, from, sealed, signature } satisfies LargeEnvelope);
}

/** A snapshot is JSON, an envelope dag-cbor. */
const SNAPSHOT_START = 0x7b;

/** Whether an outbox payload is an envelope of this kind, and small enough to stand there as a whole. */
export function isEnvelopeOf(payload: Uint8Array, kind: MessageKind): boolean {
  return payload[0] !== SNAPSHOT_START && readEnvelope(payload).kind === kind;
}

/**
 * The envelope that an outbox payload stands for.
 * @throws EngineError `payload-missing` when the store has lost its body
 */
export async function envelopeOf(payload: Uint8Array, blobs: BlobStore): Promise<Uint8Array> {
  if (payload[0] !== SNAPSHOT_START) return payload;
  const large = decodeSnapshot(payload) as unknown as LargeEnvelope;
  const envelope = await envelopeAgain(blobs, large);
  if (envelope === undefined) {
    throw new EngineError('payload-missing', `the body of a "${large.kind}" is not in this node's store`, {
      remedy: 'Restore the data folder from a backup.',
    });
  }
  return encodeEnvelope(envelope);
}
