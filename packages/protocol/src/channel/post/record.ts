import type { Party } from '../../contract/party.ts';
import type { Hash32, SchnorrSignature } from '../../primitives/brands.ts';

/** What is posted (M §Post): the Worker's documents, receipts that open seeds or bind, the verdict, and all of an arbitration. */
export type PostedKind =
  | 'delivery'
  | 'receipt'
  | 'opening'
  | 'verdict'
  | 'claim'
  | 'voteCommitment'
  | 'voteOpening'
  | 'decisionSignatures';

/** Names a message that its author sealed. The body lies in the blob store under `sealed`. */
export interface SealedMessage {
  readonly kind: PostedKind;
  readonly author: Party;
  /** H("message", kind, body). */
  readonly sealed: Hash32;
  /** The author's, over `sealed`. */
  readonly signature: SchnorrSignature;
}

/** Word of a node (arbiter, C or V) that it accepted a posted message at a tip. */
export interface PostReceipt {
  readonly from: Party;
  readonly height: number;
  readonly signature: SchnorrSignature;
}

/** What later steps ask of a posted message without its body; null where they ask nothing. */
export type PostedDetail =
  | { readonly of: 'delivery'; readonly root: Hash32 }
  | {
      readonly of: 'opening';
      readonly root: Hash32;
      /** H("opening", body). */
      readonly openingHash: Hash32;
      readonly seeds: { readonly client: Hash32; readonly verifier: Hash32 };
    }
  | {
      readonly of: 'receipt';
      readonly subject: 'delivery' | 'opening';
      readonly root: Hash32;
      /** H("message", kind, body) of what it acknowledges. */
      readonly message: Hash32;
      readonly seed: Hash32 | null;
      readonly verifierSeed: Hash32 | null;
    }
  | { readonly of: 'verdict'; readonly root: Hash32; readonly openingHash: Hash32 }
  /** What is said in an arbitration: on which transaction (D40). */
  | { readonly of: 'word'; readonly court: 'TxA' | 'TxAc' }
  | null;

/** A posted message as one party knows it. */
export interface PostedMessage extends SealedMessage {
  readonly detail: PostedDetail;
  /** T: the tip until which it is accepted without receipts. */
  readonly deadline: number;
  /** Of distinct others; verified. */
  readonly receipts: readonly PostReceipt[];
  /** Who has sent it to this party: whoever relays, serves. */
  readonly sources: readonly Party[];
  /** A delivery: whether R was rebuilt from all ciphertexts, null while that runs. True for what needs nothing else. */
  readonly ready: boolean | null;
  /** Own tip at which it was accepted; null: not, or not yet. */
  readonly acceptedAt: number | null;
  /** Accepted under the deadline of its kind; false: in a dispute, as evidence, by HA + Δ. */
  readonly timely: boolean;
}
