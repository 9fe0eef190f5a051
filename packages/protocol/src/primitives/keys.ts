import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { taprootTweakPrivKey } from '@scure/btc-signer/utils.js';
import { type Point, point, type SecretScalar, secretScalar, type XOnlyKey, xOnlyKey } from './brands.ts';

/** BIP340 public key of `secret`: the x coordinate of secret·G. */
export function publicKey(secret: SecretScalar): XOnlyKey {
  return xOnlyKey(schnorr.getPublicKey(secret));
}

/** secret·G, compressed and not normalised: the form of the point lock P_h (M §Conventions, Points). */
export function pointOf(secret: SecretScalar): Point {
  return point(secp256k1.getPublicKey(secret, true));
}

/** `secret` or its negative, whichever has a public point of even Y (M §Conventions, Points: u_p). */
export function evenSecret(secret: SecretScalar): SecretScalar {
  if (pointOf(secret)[0] === 2) return secret;
  return secretScalar(
    secp256k1.Point.Fn.toBytes(secp256k1.Point.Fn.neg(secp256k1.Point.Fn.fromBytes(secret))),
  );
}

/** Secret that spends the BIP86 output of a key by key path: d normalised, plus the tweak of an empty tree (BIP341). */
export function bip86Secret(secret: SecretScalar): SecretScalar {
  return secretScalar(taprootTweakPrivKey(secret));
}
