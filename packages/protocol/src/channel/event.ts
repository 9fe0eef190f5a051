import type { SeenStake } from '../ceremony/offer.ts';
import type { Outpoint } from '../contract/outpoint.ts';
import type { Party } from '../contract/party.ts';
import type { AdaptorSignature } from '../primitives/adaptor.ts';
import type { Hash32, SchnorrSignature, SecretScalar, Txid } from '../primitives/brands.ts';
import type { TransactionId } from '../transactions/graph.ts';
import type { SignatureSlot } from '../transactions/signing.ts';
import type { ChannelMessage, MessageOf } from '../wire/messages.ts';
import type { Court } from './arbitration/record.ts';
import type { Recipient } from './recipient.ts';

/** A signature that the own signer made for a slot. */
export interface SlotSignature {
  readonly slot: SignatureSlot;
  readonly signature: SchnorrSignature | AdaptorSignature;
}

/** Faults of a chunk that a claim can name (M §Claims). */
export type ChunkFault = 'output' | 'path' | 'dleq' | 'ciphertext' | 'lock' | 'malformed';

/** What the check of an opening found: the share of the verification lock, or the chunk and the kind of its fault. */
export type OpeningVerdict =
  | { readonly r: 1; readonly lockSecret: SecretScalar | null }
  | { readonly r: 0; readonly chunk: number; readonly fault: ChunkFault };

/** The fields of a claim about a chunk. */
export type ChunkClaimFields = Omit<
  Extract<MessageOf<'claim'>, { readonly fault: ChunkFault }>,
  'kind' | 'channel' | 'court'
>;

type Without<M, K extends PropertyKey> = M extends unknown ? Omit<M, K> : never;

/** What a claim says, without what it belongs to. */
export type ClaimBody = Without<MessageOf<'claim'>, 'kind' | 'channel' | 'court'>;

/** Everything that can happen to a channel. Messages are parsed and their senders authenticated before they get here. */
export type ChannelEvent =
  | {
      readonly kind: 'message';
      readonly from: Recipient;
      readonly message: ChannelMessage;
      /** H("message", kind, body) and the sender's signature over it. */
      readonly sealed: Hash32;
      readonly signature: SchnorrSignature;
      /** The whole envelope, for whoever must show it to others. */
      readonly envelope: Uint8Array;
    }
  | { readonly kind: 'tip'; readonly height: number }
  | {
      readonly kind: 'confirmed';
      readonly transaction: TransactionId;
      readonly height: number;
      readonly blockHash: Hash32;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'unconfirmed'; readonly transaction: TransactionId }
  | { readonly kind: 'agreed'; readonly pointLockProof: SchnorrSignature | null }
  | {
      readonly kind: 'disagreed';
      readonly code: 'payload-unavailable' | 'coin-missing' | 'stake-spent' | 'stake-pledged-twice';
      readonly culprit: Recipient;
      readonly reason: string;
    }
  | { readonly kind: 'seed-opened'; readonly which: 'ceremony' | 'challenge'; readonly seed: Hash32 }
  | {
      readonly kind: 'offers-found';
      readonly blockHash: Hash32;
      readonly stakes: readonly SeenStake[];
      /** Of them those that failed this party lately: it asks them only when nobody else is left. */
      readonly avoided: readonly Outpoint[];
    }
  /** The stakes of 𝒜 are unspent now, and serve no other contract that this party knows. */
  | { readonly kind: 'stakes-checked' }
  | { readonly kind: 'signed'; readonly signatures: readonly SlotSignature[] }
  | { readonly kind: 'inputs-signed'; readonly witnesses: readonly InputWitness[] }
  | { readonly kind: 'computed'; readonly delivery: Omit<MessageOf<'delivery'>, 'kind' | 'channel'> }
  | {
      readonly kind: 'delivery-checked';
      /** H("message", "delivery", body). */
      readonly deliveryHash: Hash32;
      readonly ok: boolean;
      readonly bytes: number;
      readonly height: number;
      readonly blockHash: Hash32;
    }
  | { readonly kind: 'opened'; readonly opening: Omit<MessageOf<'opening'>, 'kind' | 'channel'> }
  | {
      readonly kind: 'opening-checked';
      /** H("opening", body). */
      readonly openingHash: Hash32;
      /** Of the delivery that it was checked with: H("message", "delivery", body). */
      readonly deliveryHash: Hash32;
      readonly thorough: boolean;
      readonly verdict: OpeningVerdict;
    }
  | { readonly kind: 'decrypted'; readonly failures: readonly number[] }
  /** A sealed message is ready to be shown to others, with the own receipt for it where one is given. */
  | {
      readonly kind: 'relay-made';
      readonly author: Party;
      readonly sealed: Hash32;
      /** The author's envelope. */
      readonly envelope: Uint8Array;
      readonly receipt: { readonly height: number; readonly signature: SchnorrSignature } | null;
      /** Who asked for it; without it, it is for everybody. */
      readonly only?: Party;
    }
  /** The hash of a block of the active chain, internal byte order. */
  | { readonly kind: 'block-found'; readonly height: number; readonly hash: Hash32 }
  | { readonly kind: 'claim-made'; readonly court: Court['transaction']; readonly claim: ChunkClaimFields }
  /** Arbiter: whether one of the claims is confirmed, and a fresh nonce for its vote. */
  | {
      readonly kind: 'judged';
      readonly court: Court['transaction'];
      readonly confirmed: boolean;
      readonly nonce: Hash32;
    }
  /** C, W: on the releases of Tx0's outputs. */
  | {
      readonly kind: 'releases-signed';
      readonly signatures: readonly { readonly output: number; readonly signature: SchnorrSignature }[];
    };

/** Witness of one input of Tx0. */
export interface InputWitness {
  readonly input: number;
  readonly witness: readonly Uint8Array[];
}

/** Id of a confirmed transaction of the graph, with its place in the chain. */
export interface Confirmation {
  readonly transaction: TransactionId;
  readonly txid: Txid;
  readonly height: number;
}
