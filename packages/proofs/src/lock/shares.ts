import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  bigEndian,
  concatBytes,
  equalBytes,
  fixed,
  fromBigEndian,
  type Hash32,
  type Point,
  pointOf,
  type SecretScalar,
  secretScalar,
  taggedHash,
  u32,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import { type Entropy, freshScalar } from '../entropy.ts';
import { ProofError } from '../errors.ts';

const Curve = secp256k1.Point;
const ORDER = Curve.Fn.ORDER;

/**
 * Splits u_p into m random shares with Σ u_i = u_p (M §Sequence 3): all of them together give it, m − 1 give nothing.
 *
 * @param lockSecret - u_p, normalised so that U has even Y
 * @param count - m ≥ 1
 * @throws ProofError `entropy-unusable`, `sample-impossible`
 */
export function splitLock(
  lockSecret: SecretScalar,
  count: number,
  entropy: Entropy,
): readonly SecretScalar[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new ProofError('sample-impossible', `a lock has no ${count} shares`, { rule: 'C16' });
  }
  const shares: SecretScalar[] = [];
  let rest = fromBigEndian(lockSecret);
  for (let i = 1; i < count; i++) {
    const share = freshScalar(entropy);
    shares.push(share);
    rest = (rest + ORDER - fromBigEndian(share)) % ORDER;
  }
  if (rest === 0n) throw new ProofError('entropy-unusable', 'the last share is zero; try again');
  return [...shares, secretScalar(bigEndian(rest, 32))];
}

/** The secret behind shares: Σ u_i; undefined when it is zero. */
export function joinLock(shares: readonly SecretScalar[]): SecretScalar | undefined {
  const sum = shares.reduce((total, share) => (total + fromBigEndian(share)) % ORDER, 0n);
  return sum === 0n ? undefined : secretScalar(bigEndian(sum, 32));
}

/** Whether ΣU_i = U, the point of even Y with the x coordinate of the contract's `verificationLock`. Never throws. */
export function sumsToLock(lockShares: readonly Point[], verificationLock: XOnlyKey): boolean {
  const sum = lockShares.reduce((total, share) => total.add(Curve.fromBytes(share)), Curve.ZERO);
  return !sum.is0() && equalBytes(sum.toBytes(true), concatBytes(Uint8Array.of(2), verificationLock));
}

/**
 * e_i = u_i ⊕ H("lock-key", contract hash, i, D_i), and its own inverse.
 * @param digest - D_i, which only a run of chunk i gives
 */
export function maskShare(
  share: Uint8Array,
  contractHash: Hash32,
  chunk: number,
  digest: Hash32,
): Uint8Array {
  const mask = taggedHash('lock-key', fixed(contractHash), u32(chunk), fixed(digest));
  return share.map((byte, place) => byte ^ mask[place]!);
}

/** u_i out of e_i; undefined unless u_i·G = U_i: with a wrong D_i, or a wrong e_i. Never throws. */
export function recoverShare(
  maskedShare: Uint8Array,
  contractHash: Hash32,
  chunk: number,
  digest: Hash32,
  lockShare: Uint8Array,
): SecretScalar | undefined {
  if (maskedShare.length !== 32) return undefined;
  const bytes = maskShare(maskedShare, contractHash, chunk, digest);
  const scalar = fromBigEndian(bytes);
  if (scalar === 0n || scalar >= ORDER) return undefined;
  const share = secretScalar(bytes);
  return equalBytes(pointOf(share), lockShare) ? share : undefined;
}
