import type { PeerId } from '@prometheus-compute/node';
import {
  decodeMessage,
  type Envelope,
  type MessageKind,
  type MessageOf,
  readEnvelope,
} from '@prometheus-compute/protocol';

/** An envelope on its way from one party to another. */
export interface Parcel {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;
  /** What a `post` carries; the envelope itself for everything else. */
  readonly inner: Envelope;
}

export function readParcel(from: PeerId, to: PeerId, bytes: Uint8Array): Parcel {
  const envelope = readEnvelope(bytes);
  const inner =
    envelope.kind === 'post' ? readEnvelope(decodeMessage('post', envelope.body).envelope) : envelope;
  return { from, to, bytes, envelope, inner };
}

/** The message of a parcel when it is of one kind, sent directly or inside a `post`. */
export function contentAs<K extends MessageKind>({ inner }: Parcel, kind: K): MessageOf<K> | undefined {
  return inner.kind === kind ? decodeMessage(kind, inner.body) : undefined;
}
