import { MAX_CHUNKS, MAX_CONTENT_BYTES } from '../contract/content-limits.ts';
import { adaptorSignature, channel, court, merklePath } from './fields.ts';
import { envelopeLimit } from './limits.ts';
import {
  blockHeight,
  bytes,
  curvePoint,
  fixedBytes,
  hash,
  integer,
  oneOf,
  signature,
  u32,
} from './scalars.ts';
import { type Infer, list, nullable, struct, variants, where } from './schema.ts';

/** What a scheme adds to an opened chunk. */
const MAX_SCHEME_BYTES = 65_536;

/** `delivery`, Worker → Client and Verifier, posted by H0 + t0 otherwise. The Worker signs one per contract, ever. */
export const delivery = struct({
  channel,
  /** R */
  root: hash,
  /** For i = 0..N−1. */
  chunks: list(
    struct({
      /** H(H(y_i), τ_i) */
      inner: hash,
      /** H(ct_i); the ciphertext itself is fetched. */
      ciphertext: hash,
      /** Bytes of ct_i. */
      size: u32,
    }),
    MAX_CHUNKS,
    1,
  ),
});

/**
 * `receipt`, Client or Verifier → the other two: *I rebuilt R from these*, or *I have this opening*. It binds its
 * sender, which can never claim to lack the message (M §Post, D26).
 */
export const receipt = struct({
  channel,
  subject: oneOf('delivery', 'opening'),
  /** R */
  root: hash,
  /** H("message", kind, body) of the received message: what the Worker signed. */
  message: hash,
  /** The Worker's signature over it. */
  signature,
  /** Bytes received: of all ciphertexts, or of the opening's body. */
  bytes: integer(0, Number.MAX_SAFE_INTEGER),
  /** The sender's tip. */
  height: blockHeight,
  /** Internal byte order. */
  blockHash: hash,
  /** s_C or s_V in the receipt for the delivery (Client last), null in the one for the opening. */
  seed: nullable(hash),
  /** s_V in the Client's receipt for the delivery, where it has it: that one is to be answered. Null in all others (D37). */
  verifierSeed: nullable(hash),
});

/** Envelope bytes of a receipt at most. */
const MAX_RECEIPT_ENVELOPE = envelopeLimit('receipt');

/** Everything about one sampled chunk. */
const openedChunk = struct({
  /** i */
  index: u32,
  /** y_i */
  output: bytes(MAX_CONTENT_BYTES),
  path: merklePath,
  /** K_i */
  chunkPoint: curvePoint,
  /** Chaum–Pedersen proof that log_G(P_h) = log_{B_i}(K_i). */
  dleq: struct({ e: fixedBytes(32), s: fixedBytes(32) }),
  /** U_i */
  lockShare: curvePoint,
  /** e_i = u_i ⊕ KDF(D_i) */
  maskedShare: fixedBytes(32),
  /** What the contract's scheme needs in addition; empty for `replay`. */
  scheme: bytes(MAX_SCHEME_BYTES),
});
export type OpenedChunk = Infer<typeof openedChunk>;

/** `opening`, Worker → Client and Verifier, posted by H0 + t0 + 2Δ otherwise. One per contract, ever. */
export const opening = struct({
  channel,
  /** R */
  root: hash,
  /** s_C, or the hash of block H0 + t0 + Δ + B + 1 in its place (internal byte order). */
  challengeClient: hash,
  /** s_V, or the hash of block H0 + t0 + B + 1 in its place. */
  challengeVerifier: hash,
  /** The Client's envelope of the receipt that names both; null where block hashes stand for both (D37). */
  answers: nullable(bytes(MAX_RECEIPT_ENVELOPE, 1)),
  /** The sampled chunks, in the order of the sample. */
  chunks: list(openedChunk, MAX_CHUNKS, 1),
});

/** `verdict`, Verifier → Client and Worker: r = 1 for exactly this R and this opening (D31), and Tx4 signed. */
export const verdict = struct({
  channel,
  /** R */
  root: hash,
  /** `openingHash` of the opening's body. */
  openingHash: hash,
  /** The Verifier's signature on input 0 of Tx4. */
  signature,
});

const chunkFault = {
  channel,
  court,
  /** R */
  root: hash,
  /** Which sampled chunk. */
  index: u32,
  /** The Worker's envelope of the opening. */
  opening: bytes(envelopeLimit('opening'), 1),
  /** x_i and its path to the contract's input root; null where the fault shows without the input. */
  input: nullable(struct({ bytes: bytes(MAX_CONTENT_BYTES), path: merklePath })),
  programHash: hash,
};

/**
 * `claim`, posted by Verifier or Client by HA + Δ: which fault d = 1 would confirm (M §Claims, D11). Two claims of one
 * accuser void each other.
 */
export const claim = where(
  variants('fault', {
    output: chunkFault,
    lock: chunkFault,
    path: chunkFault,
    dleq: chunkFault,
    ciphertext: chunkFault,
    malformed: chunkFault,
    undelivered: { channel, court },
    /** The delivery `root` came, its opening did not. */
    unopened: { channel, court, root: hash },
    /**
     * H("message", kind, body) of two deliveries or two openings of the Worker, or (`root`) of its delivery and of an
     * opening for another R; judged by who accepted both.
     */
    equivocation: { channel, court, of: oneOf('delivery', 'opening', 'root'), first: hash, second: hash },
  }),
  (value) =>
    (value.fault === 'output' || value.fault === 'lock') && value.input === null
      ? `fault "${value.fault}" is judged by running the chunk again and needs its input`
      : undefined,
);

/** `release`, Client → Worker: its adaptor signature on input 0 of Tx4, after the verdict and its own audit (D24). */
export const release = struct({ channel, signature: adaptorSignature });
