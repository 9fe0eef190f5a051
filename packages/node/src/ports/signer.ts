import type {
  AdaptorSignature,
  Hash32,
  Point,
  Role,
  SchnorrSignature,
  SecretScalar,
  XOnlyKey,
} from '@prometheus-compute/protocol';

/**
 * Names the keys of one channel: the role and what makes the channel unique (the session id for C, W and V; contract
 * hash and stake for an arbiter). The same reference always gives the same keys, so that a restart finds them again; a
 * node refuses a session id that it has seen, so that no two contracts share keys.
 */
export interface KeyReference {
  readonly role: Role | 'arbiter';
  readonly unique: Uint8Array;
}

/** Which of a party's two committed seeds: for the draw of arbiters (s′) or of the sample (s). */
export type SeedName = 'ceremony' | 'challenge';

/** Port of everything that needs a secret key: operations, never keys. */
export interface Signer {
  messageKey(reference: KeyReference): XOnlyKey;
  transactionKey(reference: KeyReference): XOnlyKey;
  /** BIP340 by the message key. */
  signMessage(reference: KeyReference, hash: Hash32): SchnorrSignature;
  /** BIP340 by the transaction key. */
  signTransaction(reference: KeyReference, sighash: Hash32): SchnorrSignature;
  /** BIP341 key-path signature for a payout to the BIP86 output of the transaction key. */
  signPayout(reference: KeyReference, sighash: Hash32): SchnorrSignature;
  /** By the transaction key under P_h. */
  signAdaptor(reference: KeyReference, sighash: Hash32, pointLock: Point): AdaptorSignature;
  seedHash(reference: KeyReference, name: SeedName): Hash32;
  openSeed(reference: KeyReference, name: SeedName): Hash32;
  /** W: P_h = h_p·G. */
  pointLock(reference: KeyReference): Point;
  /** W: proof that it knows h_p. */
  provePointLock(reference: KeyReference, contractHash: Hash32): SchnorrSignature;
  /** W: U = u_p·G. */
  verificationLock(reference: KeyReference): XOnlyKey;
  /** W: completes C's adaptor signature; from the moment it is published, C knows h_p. */
  completeAdaptor(reference: KeyReference, adaptor: AdaptorSignature): SchnorrSignature;
  /** W: runs `use` with h_p and u_p, for the commitment and the opening of a batch. They must not leave it. */
  withWorkerSecrets<Result>(
    reference: KeyReference,
    use: (secrets: { readonly pointSecret: SecretScalar; readonly lockSecret: SecretScalar }) => Result,
  ): Result;
}
