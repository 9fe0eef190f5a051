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
  type SchnorrSign,
  type SchnorrSignature,
  type SecretScalar,
  schnorrSign,
  secretScalar,
  seedHash,
  toHex,
  utf8,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import type { Entropy } from '../ports/entropy.ts';
import type { KeyReference, SeedName, Signer } from '../ports/signer.ts';

type SecretOf = (reference: KeyReference) => SecretScalar;

/** Public keys that a signer keeps at hand: two for each channel. */
const MAX_REMEMBERED = 10_000;

/** Order of secp256k1's group (SEC 2). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Signer with its master secret in this process. Every secret is derived from it by HKDF-SHA256 with the channel's
 * reference as salt and its purpose as info, so the wallet's seed recovers all of them; nothing derived is stored.
 *
 * @param master - 32 secret bytes, from the wallet's seed
 * @param entropy - fresh auxiliary randomness for every signature (BIP340)
 * @param sign - an accelerated BIP340 that gives the same bytes
 */
export function createLocalSigner(
  master: Uint8Array,
  entropy: Entropy,
  sign: SchnorrSign = schnorrSign,
): Signer {
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

  // Public keys are asked for with every envelope; deriving one costs as much as two accelerated verifications.
  const publicKeys = new Map<string, XOnlyKey>();
  const remembered = (reference: KeyReference, purpose: string, secret: SecretOf): XOnlyKey => {
    const name = `${purpose}/${reference.role}/${toHex(reference.unique)}`;
    let key = publicKeys.get(name);
    if (key === undefined) {
      key = publicKey(secret(reference));
      if (publicKeys.size >= MAX_REMEMBERED) publicKeys.clear();
      publicKeys.set(name, key);
    }
    return key;
  };

  return {
    messageKey: (reference): XOnlyKey => remembered(reference, 'message', messageSecret),
    transactionKey: (reference): XOnlyKey => remembered(reference, 'transaction', transactionSecret),
    signMessage: (reference, hash): SchnorrSignature => sign(hash, messageSecret(reference), entropy(32)),
    signTransaction: (reference, sighash): SchnorrSignature =>
      sign(sighash, transactionSecret(reference), entropy(32)),
    signPayout: (reference, sighash): SchnorrSignature =>
      sign(sighash, bip86Secret(transactionSecret(reference)), entropy(32)),
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
