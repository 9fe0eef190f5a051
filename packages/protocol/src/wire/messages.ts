import { type CborValue, decodeCanonical, encodeCanonical } from '../primitives/cbor.ts';
import {
  decisionSignatures,
  lacking,
  releaseSignatures,
  voteCommitment,
  voteOpening,
} from './arbitration.ts';
import {
  acceptance,
  acceptanceList,
  acceptanceRequest,
  arbiterSet,
  ceremonySeed,
  commitmentBroadcast,
  graph,
  guaranteed,
  inputSignatures,
  preSignatures,
} from './ceremony.ts';
import { announcement } from './discovery.ts';
import { MESSAGE_LIMITS, type MessageKind } from './limits.ts';
import { claim, delivery, opening, receipt, release, verdict } from './operation.ts';
import { post, postReceipt } from './post.ts';
import { type Infer, named, refusal, type Schema } from './schema.ts';
import { blob, contract, contractAgreed, fetch, refused, terms, termsAccepted } from './setup.ts';

/** The one definition of every message's body. */
export const MESSAGE_SCHEMAS = {
  announcement,
  terms,
  termsAccepted,
  contract,
  contractAgreed,
  refused,
  fetch,
  blob,
  ceremonySeed,
  acceptanceRequest,
  acceptance,
  acceptanceList,
  arbiterSet,
  graph,
  preSignatures,
  guaranteed,
  inputSignatures,
  commitmentBroadcast,
  delivery,
  receipt,
  opening,
  verdict,
  claim,
  release,
  post,
  postReceipt,
  voteCommitment,
  voteOpening,
  decisionSignatures,
  lacking,
  releaseSignatures,
} as const satisfies { readonly [K in MessageKind]: Schema<unknown> };

type Body<K extends MessageKind> = Infer<(typeof MESSAGE_SCHEMAS)[K]>;
type WithKind<K extends string, B> = B extends unknown
  ? { readonly kind: K } & { readonly [P in keyof B]: B[P] }
  : never;

/** The message of one kind: its `kind` and the fields of its body. */
export type MessageOf<K extends MessageKind> = { [P in K]: WithKind<P, Body<P>> }[K];
/** Every message of the protocol, told apart by `kind`. */
export type Message = MessageOf<MessageKind>;
/** Every message that belongs to a channel, which is all but `announcement`. */
export type ChannelMessage = Exclude<Message, { readonly kind: 'announcement' }>;

/** Every kind, in the order of the protocol. */
export const MESSAGE_KINDS: readonly MessageKind[] = Object.keys(MESSAGE_SCHEMAS) as MessageKind[];

function schemaOf(kind: MessageKind): Schema<unknown> {
  return MESSAGE_SCHEMAS[kind];
}

/**
 * The body of a message: canonical dag-cbor of its fields, without the kind, which the envelope carries.
 * @throws EncodingError whose message and `evidence.path` name the field, e.g. `terms.client.funding[2].amount`
 */
export function encodeMessage(message: Message): Uint8Array {
  const { kind } = message;
  const body = encodeCanonical(named(kind, () => schemaOf(kind).encode(message)));
  const limit = MESSAGE_LIMITS[kind];
  if (body.length > limit) {
    throw refusal('too-large', `${kind}: ${body.length} bytes where at most ${limit} are allowed`, {
      path: kind,
      size: body.length,
      limit,
    });
  }
  return body;
}

/**
 * The message of a body. Strict: anything but the exact canonical bytes of a message of this kind is refused.
 * @throws EncodingError whose message and `evidence.path` name the field
 */
export function decodeMessage<K extends MessageKind>(kind: K, body: Uint8Array): MessageOf<K> {
  const value: CborValue = named(kind, () => decodeCanonical(body, MESSAGE_LIMITS[kind]));
  const fields = named(kind, () => schemaOf(kind).decode(value));
  return { kind, ...(fields as object) } as MessageOf<K>;
}
