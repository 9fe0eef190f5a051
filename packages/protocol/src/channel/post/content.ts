import { largestCiphertext } from '../../contract/content-limits.ts';
import { arbiterIndex, type Party } from '../../contract/party.ts';
import { seedHash } from '../../contract/seed.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { SignatureSlot } from '../../transactions/signing.ts';
import { verifySlot } from '../../transactions/verify.ts';
import { signedHash } from '../../wire/envelope.ts';
import { openingHash } from '../../wire/hashes.ts';
import { encodeMessage, type MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { Agreement } from '../state.ts';
import type { PostedDetail, PostedKind } from './record.ts';

/** V's signature on Tx4: what a verdict r = 1 carries. */
export const VERIFIER_ON_TX4: SignatureSlot = {
  transaction: 'Tx4',
  input: 0,
  signer: 'verifier',
  kind: 'plain',
};

/** Who may say what: a message in the name of another changes nothing. */
export function mayAuthor(author: Party, kind: PostedKind): boolean {
  switch (kind) {
    case 'delivery':
    case 'opening':
      return author === 'worker';
    case 'verdict':
      return author === 'verifier';
    case 'receipt':
    case 'claim':
      return author === 'client' || author === 'verifier';
    case 'voteCommitment':
    case 'voteOpening':
    case 'decisionSignatures':
      return arbiterIndex(author) !== undefined;
  }
}

/** What is wrong with the delivery before anything is fetched: an announced size is memory that a receiver would set aside. */
export function deliveryFault({ contract }: Agreement, message: MessageOf<'delivery'>): string | undefined {
  if (message.chunks.length !== contract.chunks) {
    return `${message.chunks.length} chunks were delivered, the contract has ${contract.chunks}`;
  }
  const longest = largestCiphertext(contract.limits);
  const oversized = message.chunks.findIndex(({ size }) => size > longest);
  if (oversized < 0) return undefined;
  return `ciphertext ${oversized} has ${message.chunks[oversized]!.size} bytes, any result fits into ${longest}`;
}

/**
 * What is wrong with a receipt, whichever document it is for: W signed a document of that kind, and the seed is the one
 * committed to. C could show anything else that W ever signed as its delivery, and W could not answer that (D37).
 */
export function receiptFault(
  { contract }: Agreement,
  author: 'client' | 'verifier',
  message: MessageOf<'receipt'>,
  context: ChannelContext,
): string | undefined {
  const signed = signedHash(message.subject, message.message);
  if (!context.verify(message.signature, signed, contract.worker.messageKey)) {
    return `the ${author}'s receipt is for no ${message.subject} that the Worker signed`;
  }
  const { seed, verifierSeed } = message;
  if (message.subject === 'opening') {
    const names = seed !== null || verifierSeed !== null;
    return names ? `the ${author}'s receipt for the opening opens a seed` : undefined;
  }
  const { challengeClient, challengeVerifier } = contract.seedHashes;
  const committed = author === 'client' ? challengeClient : challengeVerifier;
  if (seed === null || !equalBytes(seedHash(seed), committed)) {
    return `the ${author}'s receipt does not open the seed that it committed to`;
  }
  if (verifierSeed === null) return undefined;
  if (author === 'verifier') return "the Verifier's receipt names a seed twice";
  const fits = equalBytes(seedHash(verifierSeed), challengeVerifier);
  return fits ? undefined : "the Client's receipt names another seed than the Verifier's";
}

/** What is wrong with the content of a posted message, as far as everybody can see it. */
export function contentFault(
  agreement: Agreement,
  author: Party,
  message: MessageOf<PostedKind>,
  context: ChannelContext,
): string | undefined {
  switch (message.kind) {
    case 'delivery':
      return deliveryFault(agreement, message);
    case 'receipt':
      return receiptFault(agreement, author === 'client' ? 'client' : 'verifier', message, context);
    case 'verdict':
      return verifySlot(graphOf(agreement), VERIFIER_ON_TX4, message.signature, context.verify)
        ? undefined
        : 'the verdict carries no valid signature of the Verifier on Tx4';
    default:
      return undefined;
  }
}

/** What later steps ask of a message. */
export function detailOf(message: MessageOf<PostedKind>): PostedDetail {
  switch (message.kind) {
    case 'delivery':
      return { of: 'delivery', root: message.root };
    case 'opening':
      return {
        of: 'opening',
        root: message.root,
        openingHash: openingHash(encodeMessage(message)),
        seeds: { client: message.challengeClient, verifier: message.challengeVerifier },
      };
    case 'receipt': {
      const { subject, root, message: acknowledged, seed, verifierSeed } = message;
      return { of: 'receipt', subject, root, message: acknowledged, seed, verifierSeed };
    }
    case 'verdict':
      return { of: 'verdict', root: message.root, openingHash: message.openingHash };
    default:
      return { of: 'word', court: message.court };
  }
}
