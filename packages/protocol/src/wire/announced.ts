import type { Hash32 } from '../primitives/brands.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { type SchnorrVerify, schnorrVerify } from '../primitives/schnorr.ts';
import type { Envelope } from './envelope.ts';
import { announcementHash } from './hashes.ts';
import type { MessageOf } from './messages.ts';

/**
 * Whether an announcement is what the owner of the key in its proof said about this chain: which peer answers for the stake.
 * Whether that key owns the stake, the chain has to show.
 *
 * @param envelope - in which it came, opened: its author is the one that the announcement names, so that nobody wraps it again
 * @param genesis - hash of the first block of the reader's chain
 */
export function isGenuine(
  announcement: MessageOf<'announcement'>,
  envelope: Pick<Envelope, 'from'>,
  genesis: Hash32,
  verify: SchnorrVerify = schnorrVerify,
): boolean {
  const { messageKey, proof, signature } = announcement;
  return (
    equalBytes(announcement.genesis, genesis) &&
    equalBytes(messageKey, envelope.from) &&
    verify(signature, announcementHash(announcement), proof.offerKey)
  );
}
