import { arbiterIndex, type Party } from '../../contract/party.ts';
import type { TransactionId } from '../../transactions/graph.ts';
import { verifySlot } from '../../transactions/verify.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { SlotSignature } from '../event.ts';
import type { ArbitrationState } from '../state.ts';
import { decisionOf, familiesOf, stageCount } from './court.ts';
import type { Court } from './record.ts';

/**
 * An arbiter's own signatures in a stage, each verified. What cannot be due in it, or is signed twice, is found before any is
 * verified, and the first one that is not valid ends the verification: an honest arbiter sends neither, and a dishonest one
 * makes nobody verify more than what it really signed, and one.
 *
 * @returns undefined when one of them is wrong: then none of them counts, for everybody alike
 */
export function signaturesOfStage(
  state: ArbitrationState,
  court: Court,
  author: Party,
  message: MessageOf<'decisionSignatures'>,
  context: ChannelContext,
): readonly SlotSignature[] | undefined {
  const graph = graphOf(state.agreement);
  const made: SlotSignature[] = [];
  const named = new Set<TransactionId>();
  for (const { transaction, input, signature } of message.signatures) {
    const known = graph.transactions.has(transaction) && input === 0 && signature instanceof Uint8Array;
    if (!known || named.has(transaction) || !mayBeDue(state, court, author, message.stage, transaction))
      return undefined;
    named.add(transaction);
    made.push({ slot: { transaction, input, signer: author, kind: 'plain' }, signature });
  }
  const valid = made.every(
    ({ slot, signature }) =>
      signature instanceof Uint8Array && verifySlot(graph, slot, signature, context.verify),
  );
  return valid ? made : undefined;
}

/** Whether a decision of a set with this member can be due in a stage, whatever was posted before: by its family and its size. */
function mayBeDue(
  state: ArbitrationState,
  court: Court,
  author: Party,
  stage: number,
  transaction: TransactionId,
): boolean {
  const decision = decisionOf(transaction);
  if (decision === undefined || !decision.coherent.includes(arbiterIndex(author)!)) return false;
  const { fault, noFault, withheld } = familiesOf(court);
  const { n } = state.agreement.parameters;
  const { family, coherent } = decision;
  const repeated = stage - stageCount(state);
  return repeated < 0
    ? (family === fault || family === noFault) && coherent.length === n - stage
    : family === withheld && coherent.length <= n - repeated;
}
