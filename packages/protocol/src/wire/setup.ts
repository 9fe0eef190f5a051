import { MAX_CHUNKS, MAX_PROGRAM_BYTES } from '../contract/content-limits.ts';
import { SCHEMES } from '../contract/contract.ts';
import {
  channel,
  contentReference,
  contractBytes,
  outpoint,
  party,
  partyTerms,
  peers,
  programLimits,
} from './fields.ts';
import {
  amount,
  blockHeight,
  bytes,
  curvePoint,
  hash,
  integer,
  key,
  oneOf,
  patternText,
  signature,
  text,
  txid,
  u16,
  u32,
} from './scalars.ts';
import { list, nullable, struct, variants, where } from './schema.ts';

/** Bytes of content that one `blob` carries. */
export const MAX_BLOB_BYTES = 1_048_576;

/** `terms`, Client → Worker and Verifier, first message of a channel: what the contract will say, and the payload. */
export const terms = struct({
  /** 32 fresh random bytes: names the channel until the contract does. */
  channel,
  parametersTxid: txid,
  client: partyTerms,
  /** c */
  reward: amount,
  /** φ */
  settlementFee: amount,
  /** ρ, for each arbiter. */
  retainer: amount,
  /** b */
  bond: amount,
  /** t0 */
  deliveryBlocks: u16,
  /** Δ */
  confirmationBlocks: u16,
  /** Δ_S */
  stageBlocks: u16,
  /** T_arb */
  arbitrationBlocks: u16,
  /** ℓ */
  relayBlocks: u16,
  scheme: oneOf(...SCHEMES),
  /** What the program runs on, `wasi-0` or `model-1`. */
  profile: patternText<string>(32, /^[a-z0-9-]{1,32}$/),
  programHash: hash,
  programSize: integer(1, MAX_PROGRAM_BYTES),
  limits: programLimits,
  /** N is the number of `inputs`; m chunks of them are opened. */
  sampled: integer(1, MAX_CHUNKS),
  /** Merkle root over `inputs`. */
  inputRoot: hash,
  /** H(x_i) and size of every input, in order. Fetched and checked before anything is signed (D20). */
  inputs: list(contentReference, MAX_CHUNKS, 1),
  /** H(s_C) */
  challengeSeedHash: hash,
  /** H(s′_C) */
  ceremonySeedHash: hash,
  /** h_s: at least one block above the Client's tip. */
  snapshotHeight: blockHeight,
});

/** `termsAccepted`, Worker and Verifier → Client: the answering party's own part of the contract. */
export const termsAccepted = variants('role', {
  worker: {
    channel,
    terms: partyTerms,
    /** P_h */
    pointLock: curvePoint,
    /** U */
    verificationLock: key,
    /** H(s′_W) */
    ceremonySeedHash: hash,
  },
  verifier: {
    channel,
    terms: partyTerms,
    /** H(s_V) */
    challengeSeedHash: hash,
    /** H(s′_V) */
    ceremonySeedHash: hash,
  },
});

/** `contract`, Client → Worker and Verifier: the whole contract. `channel` is still the session id. */
export const contract = struct({ channel, contract: contractBytes, peers });

/**
 * `contractAgreed`, Worker and Verifier → Client, who passes each on to the other: the signature of the envelope is
 * the agreement. `channel` is still the session id; every later message carries the contract hash there.
 */
export const contractAgreed = variants('role', {
  /** With the proof of knowledge of h_p: BIP340 under x(P_h) over H("pok", P_h, contract hash). */
  worker: { channel, contractHash: hash, pointLockProof: signature },
  verifier: { channel, contractHash: hash },
});

/** `refused`, anybody → the others of the channel: it goes no further, and why. Binds nobody. */
export const refused = struct({
  channel,
  /** Id of a rule (`C1`), code of an error or of a ceremony fault. */
  code: patternText<string>(64, /^[A-Za-z0-9_-]{1,64}$/),
  /** For people. */
  reason: text(500),
  /** Who failed, where that is known; an arbiter has no index before the set is agreed and is named by its offer. */
  culprit: nullable(variants('kind', { party: { party }, offer: { outpoint } })),
});

/** `fetch`, anybody → whoever announced or relayed the content: send its bytes from `offset` on. */
export const fetch = struct({ channel, content: hash, offset: u32 });

/** `blob`, the answer to `fetch`: the next at most 1 MiB. Whoever lacks the content does not answer. */
export const blob = where(
  struct({ channel, content: hash, offset: u32, total: u32, bytes: bytes(MAX_BLOB_BYTES) }),
  (value) =>
    value.offset + value.bytes.length > value.total ? 'offset and bytes reach beyond the total' : undefined,
);
