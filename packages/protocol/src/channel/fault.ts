import type { Party } from '../contract/party.ts';

/** What went wrong in a channel. Each code has one test. */
export type ChannelFaultCode =
  | 'refused-by-peer'
  | 'terms-altered'
  | 'terms-refused'
  | 'payload-unavailable'
  | 'point-lock-unproven'
  | 'seed-mismatch'
  | 'offers-exhausted'
  | 'acceptance-invalid'
  | 'selection-failed'
  | 'arbiter-set-mismatch'
  | 'not-selected'
  | 'graph-mismatch'
  | 'signature-invalid'
  | 'signature-unasked'
  | 'input-signature-invalid'
  | 'setup-timeout'
  | 'delivery-malformed'
  | 'second-delivery'
  | 'receipt-mismatch'
  | 'opening-mismatch'
  | 'verdict-invalid'
  | 'release-invalid'
  | 'out-of-place';

/**
 * A fault with its evidence in words. The verdict on it (ignore the message, close the setup, go on-chain) is the
 * transition's affair, not part of the cause (style rule 7).
 */
export interface ChannelFault {
  readonly code: ChannelFaultCode;
  /** Who caused it; null when nobody did, or nobody in particular. */
  readonly culprit: Party | null;
  readonly reason: string;
}
