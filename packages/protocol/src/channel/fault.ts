import type { Recipient } from './recipient.ts';

/**
 * What went wrong in a channel. Each code has one test.
 *
 * In a setup: `refused-by-peer`, `terms-altered`, `terms-refused` (a rule), `payload-unavailable`, `coin-missing`,
 * `point-lock-unproven`, `seed-mismatch`, `acceptance-invalid`, `offers-exhausted`, `stake-spent`, `stake-pledged-twice`, `selection-failed`,
 * `arbiter-set-mismatch`, `not-selected` (other arbiters were drawn), `graph-mismatch`, `signature-invalid`,
 * `signature-unasked`, `input-signature-invalid`, `setup-timeout`. Afterwards: `delivery-malformed`, `equivocation` (W
 * signed a second delivery or opening), `document-late` (a delivery or opening came directly after its time),
 * `receipt-mismatch`, `opening-mismatch`, `verdict-invalid`, `release-invalid`. Of what is posted: `post-invalid`,
 * `post-late` (too few receipts for this tip), `words-void` (two different ones of one author in an arbitration),
 * `vote-mismatch` (an opened vote is not what was committed to), `decision-invalid` (an arbiter's signature on a decision). At any time: `out-of-place`, something that this party has
 * had already or that was not for its sender to say.
 */
export type ChannelFaultCode =
  | 'refused-by-peer'
  | 'terms-altered'
  | 'terms-refused'
  | 'payload-unavailable'
  | 'coin-missing'
  | 'point-lock-unproven'
  | 'seed-mismatch'
  | 'offers-exhausted'
  | 'acceptance-invalid'
  | 'selection-failed'
  | 'stake-spent'
  | 'stake-pledged-twice'
  | 'arbiter-set-mismatch'
  | 'not-selected'
  | 'graph-mismatch'
  | 'signature-invalid'
  | 'signature-unasked'
  | 'input-signature-invalid'
  | 'setup-timeout'
  | 'delivery-malformed'
  | 'equivocation'
  | 'receipt-mismatch'
  | 'opening-mismatch'
  | 'verdict-invalid'
  | 'release-invalid'
  | 'document-late'
  | 'post-invalid'
  | 'post-late'
  | 'words-void'
  | 'decision-invalid'
  | 'vote-mismatch'
  | 'out-of-place';

/**
 * A fault with its evidence in words. The verdict on it (ignore the message, close the setup, go on-chain) is the
 * transition's affair, not part of the cause (style rule 7).
 */
export interface ChannelFault {
  readonly code: ChannelFaultCode;
  /** Who caused it; null when nobody did, or nobody in particular. */
  readonly culprit: Recipient | null;
  readonly reason: string;
}
