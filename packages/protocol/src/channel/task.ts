import type { Coin } from '../contract/contract.ts';
import type { Outpoint } from '../contract/outpoint.ts';
import type { Hash32, SecretScalar } from '../primitives/brands.ts';
import type { SignatureSlot } from '../transactions/signing.ts';

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
  /** → `signed` */
  | { readonly kind: 'sign'; readonly slots: readonly SignatureSlot[] }
  /** The own inputs of Tx0. → `inputs-signed` */
  | { readonly kind: 'sign-inputs' }
  /** W: run every chunk, commit, encrypt. → `computed` */
  | { readonly kind: 'compute' }
  /** C, V: fetch the ciphertexts and rebuild R. → `delivery-checked` */
  | { readonly kind: 'check-delivery'; readonly deliveryHash: Hash32 }
  /** W: → `opened` */
  | {
      readonly kind: 'open';
      readonly seedClient: Hash32;
      readonly seedVerifier: Hash32;
      readonly deliveryHash: Hash32;
    }
  /** V, and C when it audits: → `opening-checked` */
  | { readonly kind: 'check-opening'; readonly openingHash: Hash32; readonly deliveryHash: Hash32 }
  /** C: decrypt every chunk with h_p. → `decrypted` */
  | { readonly kind: 'decrypt'; readonly secret: SecretScalar; readonly deliveryHash: Hash32 }
  /** The setup failed before anything was committed: coins and stake may serve another contract. Ends without an event. */
  | { readonly kind: 'release'; readonly coins: readonly Outpoint[] }
  /** The setup failed after own input signatures left: spend the own coins to oneself (T §Setup 5). Ends without an event. */
  | { readonly kind: 'respend'; readonly coins: readonly Coin[] };
