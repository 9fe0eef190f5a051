import { arbiterIndex, type Party } from '../../contract/party.ts';
import type { SettlementId } from '../../contract/settlements.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { assertNever } from '../../primitives/errors.ts';
import type { ChannelMessage, MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { SlotSignature } from '../event.ts';
import type { ChannelFault } from '../fault.ts';
import type { PostedMessage } from '../post/record.ts';
import { keep } from '../setup/signatures.ts';
import type { ArbitrationState } from '../state.ts';
import { ignored, moved, type Step } from '../step.ts';
import { courtClock, isArbiter, mayClaim } from './court.ts';
import type { Content, Court } from './record.ts';
import { signaturesOfStage } from './stage-signatures.ts';
import { openedVotes } from './standing.ts';
import { inPlace, withWord } from './words.ts';

/** Messages of an arbitration; every one is posted. */
type ArbitrationMessage = MessageOf<'claim' | 'voteCommitment' | 'voteOpening' | 'decisionSignatures'>;

function isOfArbitration(message: ChannelMessage): message is ArbitrationMessage {
  return ['claim', 'voteCommitment', 'voteOpening', 'decisionSignatures'].includes(message.kind);
}

/**
 * T of a message of an arbitration: without receipts it is accepted at tips up to this (M §Post).
 *
 * @returns undefined where nobody accepts it: there is no court, or the other one (D40), the author may not say this here, or
 *   it names a stage that does not exist
 */
export function arbitrationDeadline(
  state: ArbitrationState,
  author: Party,
  message: ChannelMessage,
): number | undefined {
  const { court } = state.arbitration;
  if (court === null || !isOfArbitration(message) || !isFor(court, author, message)) return undefined;
  return deadlineOf(state, court, message);
}

/** D40: what names the other transaction is said to nobody here. */
function isFor(court: Court, author: Party, message: ArbitrationMessage): boolean {
  if (message.court !== court.transaction) return false;
  return message.kind === 'claim' ? mayClaim(court, author) : isArbiter(author);
}

function deadlineOf(state: ArbitrationState, court: Court, message: ArbitrationMessage): number | undefined {
  const times = courtClock(state, court);
  switch (message.kind) {
    case 'claim':
      return times.claim;
    case 'voteCommitment':
      return times.commitment;
    case 'voteOpening':
      return times.opening;
    case 'decisionSignatures':
      return equalBytes(message.graphId, graphOf(state.agreement).id)
        ? times.stages[message.stage]?.until
        : undefined;
    default:
      return assertNever(message);
  }
}

/** What a message says; the signatures of a stage are added when they were verified. */
function placeOf(message: ArbitrationMessage): Content {
  switch (message.kind) {
    case 'claim':
      return { about: 'claim', fault: message.fault };
    case 'voteCommitment':
      return { about: 'commitment', commitment: message.commitment };
    case 'voteOpening':
      return { about: 'opening', decision: message.decision, nonce: message.nonce };
    case 'decisionSignatures':
      return { about: 'stage', stage: message.stage, given: [] };
    default:
      return assertNever(message);
  }
}

/**
 * A message of an arbitration was accepted by Post (W: it was read). What it says counts from here on for everybody alike;
 * valid signatures are kept, whoever they help to complete a decision.
 */
export function onPosted(
  state: ArbitrationState,
  posted: PostedMessage,
  message: ChannelMessage,
  context: ChannelContext,
): Step {
  const { author, sealed } = posted;
  const { court } = state.arbitration;
  if (court === null || !isOfArbitration(message) || !isFor(court, author, message)) {
    return ignored('out-of-place', author, `"${message.kind}" is not for ${author} to post here`);
  }
  const { content, signatures, fault } = take(state, court, posted, message, context);
  const voids = inPlace(state.arbitration, author, content).some(
    (known) => !equalBytes(known.sealed, sealed),
  );
  const next: ArbitrationState = {
    ...state,
    signatures: keep(state.signatures, signatures),
    arbitration: withWord(state.arbitration, { author, sealed, content }),
  };
  const twice: ChannelFault = {
    code: 'words-void',
    culprit: author,
    reason: `two different "${message.kind}" void each other`,
  };
  return moved(next, [], [], voids ? twice : (fault ?? mismatch(next, author, content)));
}

/** An opening that does not fit what its arbiter committed to counts for nothing: it has opened no d. */
function mismatch(state: ArbitrationState, author: Party, content: Content): ChannelFault | null {
  const index = arbiterIndex(author);
  const fits = content.about !== 'opening' || index === undefined || openedVotes(state).has(index);
  const reason = `${author}'s opened vote is not what it committed to`;
  return fits ? null : { code: 'vote-mismatch', culprit: author, reason };
}

interface Taken {
  readonly content: Content;
  readonly signatures: readonly SlotSignature[];
  readonly fault: ChannelFault | null;
}

function take(
  state: ArbitrationState,
  court: Court,
  posted: PostedMessage,
  message: ArbitrationMessage,
  context: ChannelContext,
): Taken {
  const place = placeOf(message);
  if (message.kind !== 'decisionSignatures' || place.about !== 'stage') {
    return { content: place, signatures: [], fault: null };
  }
  const { author } = posted;
  const signatures = signaturesOfStage(state, court, author, message, context);
  if (signatures !== undefined) {
    const given = signatures.map(({ slot }) => slot.transaction as SettlementId);
    return { content: { ...place, given }, signatures, fault: null };
  }
  const reason = `of ${author}'s ${message.signatures.length} signatures one is on no decision of this stage, or not valid: none counts`;
  return {
    content: place,
    signatures: [],
    fault: { code: 'decision-invalid', culprit: author, reason },
  };
}
