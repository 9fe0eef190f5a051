import type { Hash32, SchnorrSignature } from '../../primitives/brands.ts';
import type { ChunkFault } from '../event.ts';
import type { SealedMessage } from '../post/record.ts';

/**
 * Things that a party does once in a contract. W: `compute`, `deliver` (its one delivery is signed), `open`, `reveal` (its one
 * opening is signed), `delivery-post`, `opening-post` (it was posted by W itself: what others posted of W's, they may have shown to W
 * alone). C, V: `seed` (the own one is being opened), `check`, `thorough-check` (in a dispute C leaves nothing to chance),
 * `verdict-post`.
 */
export type Beginning =
  | 'compute'
  | 'deliver'
  | 'open'
  | 'reveal'
  | 'delivery-post'
  | 'opening-post'
  | 'seed'
  | 'check'
  | 'thorough-check'
  | 'verdict-post';

/** Where a receipt says that it was written. */
export interface ReceiptDraft {
  readonly bytes: number;
  readonly height: number;
  readonly blockHash: Hash32 | null;
}

/** What W signed against its word: a delivery or opening besides the one that counts, or an opening of another R (M §Deliver). */
export interface Equivocation {
  readonly of: 'delivery' | 'opening' | 'root';
  /** H("message", kind, body) of the second one (`root`: of the opening), and W's signature over it. Its body lies in the blob store. */
  readonly second: Hash32;
  readonly signature: SchnorrSignature;
}

/** What a party holds against W: what a claim will say (M §Claims). */
export type Accusation =
  | { readonly fault: 'undelivered' | 'unopened' }
  | {
      readonly fault: 'equivocation';
      readonly of: Equivocation['of'];
      readonly first: Hash32;
      readonly second: Hash32;
    }
  | { readonly fault: ChunkFault; readonly chunk: number };

export interface DeliveryRecord {
  readonly root: Hash32;
  /** H("message", "delivery", body): what W signed. The body lies in the blob store under it. */
  readonly hash: Hash32;
  /** W's signature over it. */
  readonly signature: SchnorrSignature;
  /** Whether R was rebuilt from all ciphertexts; null while that runs. */
  readonly rebuilt: boolean | null;
  /** Own tip at which it was accepted, directly or by Post; null: not, or not yet. */
  readonly acceptedAt: number | null;
}

/** W's opening, as receipts and verdict name it. */
export interface OpeningRecord {
  /** H("opening", body): how V's verdict names it (D31). The body lies in the blob store under it. */
  readonly hash: Hash32;
  /** H("message", "opening", body), and W's signature over it. */
  readonly sealed: Hash32;
  readonly signature: SchnorrSignature;
  /** R that it opens. */
  readonly root: Hash32;
  /** What W took for s_C and s_V. */
  readonly seeds: { readonly client: Hash32; readonly verifier: Hash32 };
  /** Own tip at which it was accepted, directly or by Post. */
  readonly acceptedAt: number;
}

/** A receipt for the delivery that opens a seed. */
export interface OpenedSeed {
  readonly receipt: SealedMessage;
  /** What it says that it is for: R, and H("message", kind, body) of the delivery. */
  readonly of: { readonly root: Hash32; readonly message: Hash32 };
  /** s_C or s_V: its author's. */
  readonly seed: Hash32;
  /** C's receipt: s_V, where C had it; null: the hash of a block stands for it (D37). */
  readonly verifierSeed: Hash32 | null;
}

/** The receipts of one party, and what the one for the delivery opened. */
export interface ReceiptRecord {
  readonly delivery: SealedMessage | null;
  readonly opening: SealedMessage | null;
  readonly opened: OpenedSeed | null;
}
