import { channel } from './fields.ts';
import { envelopeLimit } from './limits.ts';
import { blockHeight, bytes, hash, key, signature } from './scalars.ts';
import { list, struct } from './schema.ts';

/** Arbiters, Client and Verifier of one contract: 11 + 2, each once. */
const MAX_RECEIPTS = 13;

/** One node's word that it accepted a posted message at a tip. */
const postReceiptFields = {
  /** Message key of whoever accepted. */
  from: key,
  /** Its tip. */
  height: blockHeight,
  /** By `from` over `postReceiptHash`. */
  signature,
};

/** `post`, anybody → all arbiters, Client and Verifier: a message that becomes known to all of them (M §Post, D26). */
export const post = struct({
  channel,
  /** Envelope of the posted message M, signed by its author. */
  envelope: bytes(envelopeLimit('claim'), 1),
  /** Of j distinct others: M is accepted up to T + jℓ. */
  receipts: list(struct(postReceiptFields), MAX_RECEIPTS),
});

/** `postReceipt`, whoever accepted M → the others: its receipt alone, for those that have M. */
export const postReceipt = struct({
  channel,
  /** Author of M. */
  author: key,
  /** H("message", kind, body) of M. */
  message: hash,
  ...postReceiptFields,
});
