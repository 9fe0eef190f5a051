import type { Hash32, SchnorrSignature, XOnlyKey } from '../primitives/brands.ts';
import { decodeCanonical, encodeCanonical } from '../primitives/cbor.ts';
import { CodedError, EncodingError } from '../primitives/errors.ts';
import { type SchnorrVerify, schnorrVerify } from '../primitives/schnorr.ts';
import { fixed, taggedHash, text, variable } from '../primitives/tagged-hash.ts';
import { envelopeLimit, isMessageKind, type MessageKind } from './limits.ts';
import { decodeMessage, encodeMessage, type Message } from './messages.ts';
import { bytes, key, patternText, signature } from './scalars.ts';
import { named, within } from './schema.ts';

/** A message as it travels: its kind, the sender's message key, the body, and the sender's signature. */
export interface Envelope {
  readonly kind: MessageKind;
  /** The sender's message key of this contract. */
  readonly from: XOnlyKey;
  /** Canonical dag-cbor of the message's fields. */
  readonly body: Uint8Array;
  /** BIP340 by `from` over {@link signedHash}. */
  readonly signature: SchnorrSignature;
}

/** Codes of {@link EnvelopeError}. */
export type EnvelopeErrorCode = 'kind-unknown' | 'signature-invalid';

/** An envelope of the right form that nobody may act on. Ignore it: whoever sent it cannot be named. */
export class EnvelopeError extends CodedError<EnvelopeErrorCode> {}

/** H("message", kind, body): how receipts and claims name a message. */
export function sealedHash(kind: MessageKind, body: Uint8Array): Hash32 {
  return taggedHash('message', text(kind), variable(body));
}

/**
 * H("signed", kind, H("message", kind, body)): what the sender of a message signs. It says the kind once more, so that a
 * receipt, which shows a hash and a signature without the body, shows that a delivery was signed and nothing else (D37).
 *
 * @param sealed - {@link sealedHash} of the message
 */
export function signedHash(kind: MessageKind, sealed: Hash32): Hash32 {
  return taggedHash('signed', text(kind), fixed(sealed));
}

/**
 * Seals a message.
 * @param sign - signs the hash with the secret of `from`
 * @throws EncodingError when the message breaks its own format
 */
export function sealMessage(
  message: Message,
  from: XOnlyKey,
  sign: (hash: Hash32) => SchnorrSignature,
): Envelope {
  const body = encodeMessage(message);
  const { kind } = message;
  return { kind, from, body, signature: sign(signedHash(kind, sealedHash(kind, body))) };
}

/** The bytes of an envelope: dag-cbor list [kind, from, body, signature], the kind first so that it gives the limit. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return encodeCanonical([envelope.kind, envelope.from, envelope.body, envelope.signature]);
}

const kindText = patternText<string>(32, /^[a-zA-Z]{1,32}$/);
const TEXT_HEAD = 0x60;

/**
 * The kind of the envelope that begins with these bytes, before anything of the rest is parsed.
 *
 * @param data - its first {@link ENVELOPE_HEAD_BYTES}, or all of it where it is shorter
 * @throws EncodingError, EnvelopeError `kind-unknown`
 */
export function kindOfEnvelope(data: Uint8Array): MessageKind {
  const length = (data[1] ?? 0) - TEXT_HEAD;
  if (data[0] !== 0x84 || length < 1 || length > 23) {
    throw new EncodingError('shape-wrong', 'envelope: expected a list of four whose first is a kind', {
      evidence: { path: 'envelope' },
    });
  }
  const kind = String.fromCharCode(...data.subarray(2, 2 + length));
  if (!isMessageKind(kind)) throw new EnvelopeError('kind-unknown', 'no message of this kind exists');
  return kind;
}

/** Bytes at the beginning of an envelope that say its kind, and so what it may have at most ({@link envelopeLimit}). */
export const ENVELOPE_HEAD_BYTES = 25;

/**
 * Opens an envelope from outside: size, form, signature, then the body. What it returns was signed by `from`; whether
 * `from` may say this in this channel is the caller's question.
 *
 * @param verify - BIP340 verification; noble's unless a faster one is given
 * @throws EncodingError, EnvelopeError
 */
export function openEnvelope(
  data: Uint8Array,
  verify: SchnorrVerify = schnorrVerify,
): { readonly envelope: Envelope; readonly message: Message } {
  const envelope = readEnvelope(data);
  return { envelope, message: openBody(envelope, verify) };
}

/**
 * The message of an envelope that was read: signature first, then the body.
 *
 * @throws EncodingError, EnvelopeError `signature-invalid`
 */
export function openBody(envelope: Envelope, verify: SchnorrVerify = schnorrVerify): Message {
  const { kind, from, body, signature } = envelope;
  if (!verify(signature, signedHash(kind, sealedHash(kind, body)), from)) {
    throw new EnvelopeError('signature-invalid', `the signature on a "${kind}" is not its sender's`);
  }
  return decodeMessage(kind, body);
}

/**
 * The parts of an envelope: nothing of the body is parsed, and the signature is unchecked, so `from` may be anybody's.
 * For receivers that spend work on large bodies only when they expect something from `from`.
 *
 * @throws EncodingError, EnvelopeError `kind-unknown`
 */
export function readEnvelope(data: Uint8Array): Envelope {
  const kind = kindOfEnvelope(data);
  return named('envelope', () => {
    const parts = decodeCanonical(data, envelopeLimit(kind));
    if (!Array.isArray(parts) || parts.length !== 4) {
      throw new EncodingError('shape-wrong', 'expected a list of four');
    }
    within('kind', () => kindText.decode(parts[0]));
    return {
      kind,
      from: within('from', () => key.decode(parts[1])),
      body: within('body', () => bytes(envelopeLimit(kind)).decode(parts[2])),
      signature: within('signature', () => signature.decode(parts[3])),
    };
  });
}
