import { hkdfSync } from 'node:crypto';
import {
  type AdaptorSignature,
  adaptorComplete,
  adaptorSign,
  bigEndian,
  bip86Secret,
  evenSecret,
  fromBigEndian,
  type Hash32,
  hash32,
  type Point,
  pointOf,
  provePointLock,
  publicKey,
  type SchnorrSignature,
  type SecretScalar,
  schnorrSign,
  secretScalar,
  seedHash,
  utf8,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import type { Entropy } from '../ports/entropy.ts';
import type { KeyReference, SeedName, Signer } from '../ports/signer.ts';

/** Order of secp256k1's group (SEC 2). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Signer with its master secret in this process. Every secret is derived from it by HKDF-SHA256 with the channel's
 * reference as salt and its purpose as info, so the wallet's seed recovers all of them; nothing derived is stored.
 *
 * @param master - 32 secret bytes, from the wallet's seed
 * @param entropy - fresh auxiliary randomness for every signature (BIP340)
 */
export function createLocalSigner(master: Uint8Array, entropy: Entropy): Signer {
  const derive = (reference: KeyReference, purpose: string, length: number): Uint8Array =>
    new Uint8Array(
      hkdfSync(
        'sha256',
        master,
        reference.unique,
        utf8(`prometheus/v1/${reference.role}/${purpose}`),
        length,
      ),
    );
  // 48 bytes modulo n − 1: the bias is below 2^-128.
  const scalar = (reference: KeyReference, purpose: string): SecretScalar =>
    secretScalar(bigEndian((fromBigEndian(derive(reference, purpose, 48)) % (ORDER - 1n)) + 1n, 32));
  const seed = (reference: KeyReference, name: SeedName): Hash32 =>
    hash32(derive(reference, `${name}-seed`, 32));

  const messageSecret = (reference: KeyReference): SecretScalar => scalar(reference, 'message-key');
  const transactionSecret = (reference: KeyReference): SecretScalar => scalar(reference, 'transaction-key');
  const pointSecret = (reference: KeyReference): SecretScalar => scalar(reference, 'point-lock');
  // M §Conventions, Points: u_p is normalised so that U has even Y.
  const lockSecret = (reference: KeyReference): SecretScalar =>
    evenSecret(scalar(reference, 'verification-lock'));

  return {
    messageKey: (reference): XOnlyKey => publicKey(messageSecret(reference)),
    transactionKey: (reference): XOnlyKey => publicKey(transactionSecret(reference)),
    signMessage: (reference, hash): SchnorrSignature =>
      schnorrSign(hash, messageSecret(reference), entropy(32)),
    signTransaction: (reference, sighash): SchnorrSignature =>
      schnorrSign(sighash, transactionSecret(reference), entropy(32)),
    signPayout: (reference, sighash): SchnorrSignature =>
      schnorrSign(sighash, bip86Secret(transactionSecret(reference)), entropy(32)),
    signAdaptor: (reference, sighash, pointLock: Point): AdaptorSignature =>
      adaptorSign(sighash, transactionSecret(reference), pointLock, entropy(32)),
    seedHash: (reference, name): Hash32 => seedHash(seed(reference, name)),
    openSeed: seed,
    pointLock: (reference): Point => pointOf(pointSecret(reference)),
    provePointLock: (reference, contractHash): SchnorrSignature =>
      provePointLock(pointSecret(reference), contractHash, entropy(32)),
    verificationLock: (reference): XOnlyKey => publicKey(lockSecret(reference)),
    completeAdaptor: (reference, adaptor): SchnorrSignature =>
      adaptorComplete(adaptor, pointSecret(reference)),
    withWorkerSecrets: (reference, use) =>
      use({ pointSecret: pointSecret(reference), lockSecret: lockSecret(reference) }),
  };
}

/** The signer's master secret, from a wallet's BIP39 seed: apart from every key that the wallet itself derives. */
export function masterSecret(walletSeed: Uint8Array): Uint8Array {
  return new Uint8Array(
    hkdfSync('sha256', walletSeed, new Uint8Array(0), utf8('prometheus/v1/channel-keys'), 32),
  );
}
