import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  bigEndian,
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
} from '@prometheus-compute/protocol';
import { type Entropy, freshBytes } from '../entropy.ts';
import { ProofError } from '../errors.ts';
import { chunkBase, chunkPoint } from './chunk-key.ts';

const Curve = secp256k1.Point;
const ORDER = Curve.Fn.ORDER;

/** Chaum–Pedersen proof that log_G(P_h) = log_{B_i}(K_i): the opened chunk key is the one that h_p gives (D9). */
export interface DleqProof {
  /** The challenge, 32 bytes of a hash. */
  readonly e: Uint8Array;
  /** s = r + e·h_p, 32 bytes big-endian, below the group order. */
  readonly s: Uint8Array;
}

/** What a proof is about. */
export interface DleqStatement {
  readonly contractHash: Hash32;
  /** i */
  readonly chunk: number;
}

/**
 * Proof with a given nonce r, for {@link proveDleq} and the format vectors only: a nonce that is used twice gives h_p
 * away.
 */
export function proveDleqWithNonce(
  statement: DleqStatement,
  secret: SecretScalar,
  nonce: SecretScalar,
): DleqProof {
  const { contractHash, chunk } = statement;
  const base = chunkBase(contractHash, chunk);
  const keyPoint = chunkPoint(secret, base);
  // multiply is constant-time; both scalars are secret
  const first = pointOf(nonce);
  const second = chunkPoint(nonce, base);
  const e = challenge(statement, pointOf(secret), base, keyPoint, first, second);
  const s = (fromBigEndian(nonce) + (fromBigEndian(e) % ORDER) * fromBigEndian(secret)) % ORDER;
  return { e, s: bigEndian(s, 32) };
}

/**
 * Proves that K_i = h_p·B_i for the h_p of P_h. The nonce is derived as in BIP340, from the secret, the statement and
 * fresh randomness: neither a weak source nor a repeated one gives h_p away.
 *
 * @param secret - h_p
 * @throws ProofError `entropy-unusable`
 */
export function proveDleq(statement: DleqStatement, secret: SecretScalar, entropy: Entropy): DleqProof {
  const mask = taggedHash('dleq-aux', fixed(freshBytes(entropy, 32)));
  const masked = secret.map((byte, place) => byte ^ mask[place]!);
  const derived = taggedHash(
    'dleq-nonce',
    fixed(masked),
    fixed(pointOf(secret)),
    fixed(statement.contractHash),
    u32(statement.chunk),
  );
  const nonce = fromBigEndian(derived) % ORDER;
  if (nonce === 0n) throw new ProofError('entropy-unusable', 'the derived nonce is zero; try again');
  return proveDleqWithNonce(statement, secret, secretScalar(bigEndian(nonce, 32)));
}

/**
 * Whether `proof` shows that K_i = `keyPoint` is h_p·B_i for the h_p of `pointLock`. B_i is computed here, never taken
 * from outside. Never throws.
 */
export function verifyDleq(
  statement: DleqStatement,
  pointLock: Point,
  keyPoint: Point,
  proof: DleqProof,
): boolean {
  if (proof.e.length !== 32 || proof.s.length !== 32) return false;
  const s = fromBigEndian(proof.s);
  if (s >= ORDER) return false;
  const minus = (ORDER - (fromBigEndian(proof.e) % ORDER)) % ORDER;
  const base = chunkBase(statement.contractHash, statement.chunk);
  // everything here is public, so the faster multiplication may leak what it likes
  const first = Curve.BASE.mulAddUnsafe(s, Curve.fromBytes(pointLock), minus);
  const second = Curve.fromBytes(base).mulAddUnsafe(s, Curve.fromBytes(keyPoint), minus);
  if (first.is0() || second.is0()) return false;
  const e = challenge(statement, pointLock, base, keyPoint, first.toBytes(true), second.toBytes(true));
  return equalBytes(e, proof.e);
}

/** e = H("dleq", G, P_h, B_i, K_i, R_1, R_2, contract hash, i) */
function challenge(
  statement: DleqStatement,
  pointLock: Point,
  base: Point,
  keyPoint: Point,
  first: Uint8Array,
  second: Uint8Array,
): Hash32 {
  return taggedHash(
    'dleq',
    fixed(Curve.BASE.toBytes(true)),
    fixed(pointLock),
    fixed(base),
    fixed(keyPoint),
    fixed(first),
    fixed(second),
    fixed(statement.contractHash),
    u32(statement.chunk),
  );
}
