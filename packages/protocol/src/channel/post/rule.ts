import { quorum } from '../../contract/parameters.ts';
import type { Party } from '../../contract/party.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { arbitrationDeadline } from '../arbitration/posted.ts';
import type { Agreement, OpenState } from '../state.ts';
import { courtHeight, timesOf } from '../times.ts';
import type { PostedKind } from './record.ts';

/**
 * M §Post: accepted at a tip h ≤ T with no receipt, or at h ≤ T + jℓ with receipts of j distinct others, j ≤ k + 2. At
 * most k + 1 of the nodes are dishonest, so that k + 2 receipts show that an honest one has relayed it already.
 */
export function inTime(agreement: Agreement, tip: number, deadline: number, receipts: number): boolean {
  const most = quorum(agreement.parameters) + 2;
  return tip <= deadline + Math.min(receipts, most) * agreement.contract.relayBlocks;
}

/** The tips until which a message is accepted without receipts; null where there is none, or none yet. */
export interface PostDeadlines {
  /** T of its kind. */
  readonly own: number | null;
  /** HA + Δ: later it counts as evidence only. */
  readonly evidence: number | null;
}

/** What deadlines depend on; all deliveries have the same. */
type Dated = Exclude<MessageOf<PostedKind>, MessageOf<'delivery'>> | { readonly kind: 'delivery' };

/** Deadlines of a message whose form is right. */
export function deadlinesOf(state: OpenState, author: Party, message: Dated): PostDeadlines {
  const times = timesOf(state);
  if (times === null) return { own: null, evidence: null };
  const court = courtHeight(state);
  const evidence = court === null ? null : court + state.agreement.contract.confirmationBlocks;
  switch (message.kind) {
    case 'delivery':
      return { own: times.deliveryBy, evidence };
    case 'opening':
      return { own: times.openingBy, evidence };
    case 'receipt': {
      // D37: C's receipt says which seeds count; all others are evidence.
      const names = message.subject === 'delivery' && author === 'client';
      return { own: names ? times.seedBy : null, evidence };
    }
    case 'verdict':
      return { own: times.verdictBy, evidence: null };
    default: {
      const own = state.name === 'arbitration' ? arbitrationDeadline(state, author, message) : undefined;
      return { own: own ?? null, evidence: null };
    }
  }
}
