import {
  CodedError,
  ENVELOPE_HEAD_BYTES,
  envelopeLimit,
  kindOfEnvelope,
  MAX_ENVELOPE_BYTES,
} from '@prometheus-compute/protocol';
import { NetError } from './errors.ts';

/** The protocol by which an envelope goes from peer to peer: its length (u32, big endian), its bytes, and one byte back. */
export const ENVELOPE_PROTOCOL = '/prometheus/envelope/1';

/** The byte that answers an envelope: it has had its effect, or it came too early and has to be sent again. */
export const TAKEN = 1;
export const NOT_YET = 0;

/** Bytes of the length in front of an envelope. */
export const LENGTH_BYTES = 4;

/** The length in front of an envelope. */
export function frameHead(length: number): Uint8Array {
  const head = new Uint8Array(LENGTH_BYTES);
  new DataView(head.buffer).setUint32(0, length);
  return head;
}

/**
 * The length that a frame announces. Nothing is allocated for it before it is known to be one that an envelope can have.
 *
 * @throws NetError `frame-oversized`, `frame-malformed`
 */
export function frameLength(head: Uint8Array): number {
  const length = new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getUint32(0);
  if (length > MAX_ENVELOPE_BYTES)
    throw new NetError('frame-oversized', `${length} bytes are announced, more than any envelope has`);
  if (length === 0) throw new NetError('frame-malformed', 'an empty frame');
  return length;
}

/**
 * Holds the length of a frame against the limit of its kind of message, which its first bytes say.
 *
 * @param start - the first bytes of the envelope, {@link ENVELOPE_HEAD_BYTES} or all of it
 * @throws NetError `frame-oversized`, `frame-malformed`
 */
export function checkFrameStart(length: number, start: Uint8Array): void {
  const limit = limitOf(start);
  if (length > limit)
    throw new NetError('frame-oversized', `${length} bytes are announced for a message of at most ${limit}`);
}

/** Bytes of a frame that say what it is: all of it, where it is short. */
export function startLength(length: number): number {
  return Math.min(length, ENVELOPE_HEAD_BYTES);
}

function limitOf(start: Uint8Array): number {
  try {
    return envelopeLimit(kindOfEnvelope(start));
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    throw new NetError('frame-malformed', cause.message, { cause });
  }
}
