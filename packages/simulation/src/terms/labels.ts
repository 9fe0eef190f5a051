import { createHash } from 'node:crypto';
import {
  bip86Script,
  type Coin,
  type Hash32,
  hash32,
  publicKey,
  type SecretScalar,
  satoshi,
  secretScalar,
  txidFromInternal,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import { taprootTweakPrivKey } from '@scure/btc-signer/utils.js';

/** A hash that depends on nothing but `label`: everything of the simulation is reproducible. */
export const labelHash = (label: string): Hash32 =>
  hash32(createHash('sha256').update(`simulation ${label}`).digest());

/** The test secret called `label`. Worth nothing: anybody can compute it. */
export const labelSecret = (label: string): SecretScalar => secretScalar(labelHash(`secret ${label}`));

const keys = new Map<string, XOnlyKey>();

/** Public key of {@link labelSecret}. */
export function labelKey(label: string): XOnlyKey {
  const key = keys.get(label) ?? publicKey(labelSecret(label));
  keys.set(label, key);
  return key;
}

/** BIP86 output script of {@link labelKey}. */
export const labelScript = (label: string): Uint8Array => bip86Script(labelKey(label));

const secrets = new Map<string, SecretScalar>();

/** Secret that spends {@link labelScript} by the key path (BIP341 tweak). */
export function outputSecret(label: string): SecretScalar {
  const secret = secrets.get(label) ?? secretScalar(taprootTweakPrivKey(labelSecret(label)));
  secrets.set(label, secret);
  return secret;
}

/** A coin that stands for one of which only the amount and the key are known. */
export const labelCoin = (label: string, amount: bigint): Coin => ({
  outpoint: { txid: txidFromInternal(labelHash(`coin ${label}`)), vout: 0 },
  amount: satoshi(amount),
  script: labelScript(label),
});
