import { MAX_CONTENT_BYTES, MAX_OPENING_BYTES } from '../contract/content-limits.ts';

/** 1 MiB. */
const MEBIBYTE = 1_048_576;

/** What an envelope adds to a body at most: kind, sender, signature and the heads of dag-cbor. */
const ENVELOPE_OVERHEAD = 160;

/** Longest body of a message that carries what is to be posted: a claim, with the opening that it accuses. */
const MAX_CLAIM_BYTES = MAX_OPENING_BYTES + MAX_CONTENT_BYTES + 65_536;

/**
 * Longest body of each kind, in bytes: checked before the body is parsed, so that nobody can make a node allocate more
 * than the kind deserves (M §Conventions). The keys are all kinds that there are.
 */
export const MESSAGE_LIMITS = {
  announcement: 1_024,
  terms: 4 * MEBIBYTE,
  termsAccepted: 16_384,
  contract: 34_048,
  contractAgreed: 512,
  refused: 1_024,
  fetch: 256,
  blob: MEBIBYTE + 256,
  ceremonySeed: 256,
  acceptanceRequest: 34_048,
  acceptance: 1_024,
  acceptanceList: 49_152,
  arbiterSet: 256,
  graph: 49_152,
  preSignatures: MEBIBYTE,
  guaranteed: 256,
  inputSignatures: 65_536,
  commitmentBroadcast: 256,
  delivery: 8 * MEBIBYTE,
  receipt: 512,
  opening: MAX_OPENING_BYTES,
  verdict: 512,
  claim: MAX_CLAIM_BYTES,
  release: 512,
  post: MAX_CLAIM_BYTES + 8_192,
  postReceipt: 512,
  voteCommitment: 256,
  voteOpening: 256,
  decisionSignatures: 262_144,
  lacking: 32_768,
  releaseSignatures: 4_096,
} as const;

/** Name of a message: the closed set of kinds. */
export type MessageKind = keyof typeof MESSAGE_LIMITS;

/** Whether a text names a kind of message. */
export function isMessageKind(text: string): text is MessageKind {
  return Object.hasOwn(MESSAGE_LIMITS, text);
}

/** Longest envelope of a kind, in bytes. */
export function envelopeLimit(kind: MessageKind): number {
  return MESSAGE_LIMITS[kind] + ENVELOPE_OVERHEAD;
}

/** Longest envelope of any kind, in bytes: nobody takes more than this from a connection. */
export const MAX_ENVELOPE_BYTES = Math.max(...Object.values(MESSAGE_LIMITS)) + ENVELOPE_OVERHEAD;
