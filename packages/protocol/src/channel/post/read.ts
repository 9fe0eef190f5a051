import { contractHash } from '../../contract/contract-codec.ts';
import type { Party } from '../../contract/party.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { CodedError } from '../../primitives/errors.ts';
import { openEnvelope, sealedHash } from '../../wire/envelope.ts';
import { postReceiptHash } from '../../wire/hashes.ts';
import type { Message, MessageOf } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { Agreement } from '../state.ts';
import { contentFault, mayAuthor } from './content.ts';
import { accepts, messageKeyOf, partyOf } from './members.ts';
import type { PostedKind, PostReceipt, SealedMessage } from './record.ts';

const POSTED: readonly string[] = [
  'delivery',
  'receipt',
  'opening',
  'verdict',
  'claim',
  'voteCommitment',
  'voteOpening',
  'decisionSignatures',
] satisfies readonly PostedKind[];

function isPosted(message: Message): message is MessageOf<PostedKind> {
  return POSTED.includes(message.kind);
}

/** A posted message whose author's signature and content are right. */
export interface ReadPost {
  readonly message: MessageOf<PostedKind>;
  readonly sealed: SealedMessage;
}

/** Opens what a `post` carries (M §Post: on first acceptance a node checks M's form). @returns in words what is wrong */
export function readPosted(
  agreement: Agreement,
  envelope: Uint8Array,
  context: ChannelContext,
): ReadPost | string {
  let opened: ReturnType<typeof openEnvelope>;
  try {
    opened = openEnvelope(envelope, context.verify);
  } catch (cause) {
    if (cause instanceof CodedError) return cause.message;
    throw cause;
  }
  const { message } = opened;
  const { from, body, signature } = opened.envelope;
  if (!isPosted(message)) return `a "${message.kind}" is not posted`;
  if (!equalBytes(message.channel, contractHash(agreement.contract))) return 'it belongs to another contract';
  const author = partyOf(agreement, from);
  if (author === undefined || !mayAuthor(author, message.kind)) {
    return `a "${message.kind}" is not for ${author ?? 'a stranger'} to say`;
  }
  const fault = contentFault(agreement, author, message, context);
  if (fault !== undefined) return fault;
  return {
    message,
    sealed: { kind: message.kind, author, sealed: sealedHash(message.kind, body), signature },
  };
}

type WireReceipt = MessageOf<'post'>['receipts'][number];

/**
 * The receipts among `shown` that are valid and not known: of distinct others among the arbiters, C and V. Whatever else
 * stands there counts for nothing.
 */
export function readReceipts(
  agreement: Agreement,
  self: Party,
  sealed: SealedMessage,
  shown: readonly WireReceipt[],
  known: readonly PostReceipt[],
  context: ChannelContext,
): readonly PostReceipt[] {
  const channel = contractHash(agreement.contract);
  const author = messageKeyOf(agreement, sealed.author);
  const fresh: PostReceipt[] = [];
  for (const { from: key, height, signature } of shown) {
    const from = partyOf(agreement, key);
    if (from === undefined || from === self || !accepts(from)) continue;
    if ([...known, ...fresh].some((receipt) => receipt.from === from)) continue;
    const hash = postReceiptHash({ channel, author, message: sealed.sealed, height });
    if (context.verify(signature, hash, key)) fresh.push({ from, height, signature });
  }
  return fresh;
}
