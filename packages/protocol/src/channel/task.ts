import type { Coin } from '../contract/contract.ts';
import type { Outpoint } from '../contract/outpoint.ts';
import type { Party } from '../contract/party.ts';
import type { Hash32, SecretScalar } from '../primitives/brands.ts';
import type { SignatureSlot } from '../transactions/signing.ts';
import type { Court } from './arbitration/record.ts';
import type { ChunkFault } from './event.ts';
import type { OpeningRecord } from './operation/record.ts';
import type { SealedMessage } from './post/record.ts';
import type { Recipient } from './recipient.ts';

/**
 * Block hashes (internal byte order) that stand for s_C and s_V (D37). Null of s_C: C opened it in time, so that no hash
 * stands for it. Null of s_V: nobody asks for it.
 */
export interface SeedSubstitutes {
  readonly client: Hash32 | null;
  readonly verifier: Hash32 | null;
}

/**
 * Work that a step asks of the engine. It runs after the commit, may take long, and ends in exactly one event; a task
 * that was interrupted is run again after a restart.
 */
export type Task =
  /**
   * Check the partners' coins on the chain; W and V also fetch program and inputs by hash, and W proves that it knows h_p.
   * → `agreed` | `disagreed`
   */
  | { readonly kind: 'agree' }
  /** → `seed-opened` */
  | { readonly kind: 'open-seed'; readonly which: 'ceremony' | 'challenge' }
  /** The offers that count at the snapshot height. → `offers-found` */
  | { readonly kind: 'find-offers'; readonly height: number }
  /** C, W, V: whether the stakes of 𝒜 can still serve this contract. → `stakes-checked` | `disagreed` */
  | { readonly kind: 'check-stakes'; readonly stakes: readonly Outpoint[] }
  /** → `signed` */
  | { readonly kind: 'sign'; readonly slots: readonly SignatureSlot[] }
  /** The own inputs of Tx0, if all others are unspent. → `inputs-signed` | `disagreed` */
  | { readonly kind: 'sign-inputs' }
  /** W: run every chunk, commit, encrypt. → `computed` */
  | { readonly kind: 'compute' }
  /** C, V, and an arbiter to whom it was posted: fetch the ciphertexts from any of `sources` and rebuild R. → `delivery-checked` */
  | {
      readonly kind: 'check-delivery';
      readonly deliveryHash: Hash32;
      readonly sources: readonly Recipient[];
    }
  /** W: → `opened` */
  | {
      readonly kind: 'open';
      readonly seedClient: Hash32;
      readonly seedVerifier: Hash32;
      /** C's receipt that names both, to be shown in the opening; null: block hashes stand for both (D37). */
      readonly answers: SealedMessage | null;
      readonly deliveryHash: Hash32;
    }
  /** V, and C when it audits, in a dispute always (`thorough`): → `opening-checked` */
  | {
      readonly kind: 'check-opening';
      readonly openingHash: Hash32;
      readonly deliveryHash: Hash32;
      readonly thorough: boolean;
      /** Block hashes that stand for seeds that were not opened in time (D37). */
      readonly substitutes: SeedSubstitutes;
    }
  /**
   * Bring an author's envelope back from the store, and sign the own receipt for it at `height` unless null; it is for everybody, or
   * `only` for the one that asked for it. → `relay-made`
   */
  | {
      readonly kind: 'relay';
      readonly message: SealedMessage;
      readonly height: number | null;
      readonly only?: Party;
    }
  /** → `block-found` */
  | { readonly kind: 'find-block'; readonly height: number }
  /** C, V: the claim about a chunk, with W's opening, x_i and its path. → `claim-made` */
  | {
      readonly kind: 'make-claim';
      readonly court: Court['transaction'];
      readonly fault: ChunkFault;
      readonly chunk: number;
      readonly opening: OpeningRecord;
    }
  /**
   * Arbiter: re-run what these claims name. Claims without a chunk were judged before; with none left only the nonce is
   * drawn. `root`: R of the delivery that this arbiter accepted; null: the opening's own. `named`: the one opening that
   * counts, on TxAc (D31). → `judged`
   */
  | {
      readonly kind: 'judge';
      readonly court: Court['transaction'];
      readonly claims: readonly Hash32[];
      readonly root: Hash32 | null;
      readonly named: Hash32 | null;
      readonly substitutes: SeedSubstitutes;
    }
  /** C: decrypt every chunk with h_p. → `decrypted` */
  | { readonly kind: 'decrypt'; readonly secret: SecretScalar; readonly deliveryHash: Hash32 }
  /** C, W: sign stakes and bond free, once the chain has the settlement six blocks deep. → `releases-signed` */
  | { readonly kind: 'sign-releases' }
  /** The setup failed before anything was committed: coins and stake may serve another contract. Ends without an event. */
  | { readonly kind: 'release'; readonly coins: readonly Outpoint[] }
  /** The setup failed after own input signatures left: spend the own coins to oneself (T §Setup 5). Ends without an event. */
  | { readonly kind: 'respend'; readonly coins: readonly Coin[] };
