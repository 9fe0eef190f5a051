import { acceptOwn, findPosted } from '../post/accept.ts';
import type { PostedDetail, SealedMessage } from '../post/record.ts';
import { relayTask } from '../post/relay.ts';
import type { OpenState } from '../state.ts';
import { courtHeight } from '../times.ts';
import type { Act } from './progress.ts';
import type { OpeningRecord } from './record.ts';

interface Shown {
  readonly message: SealedMessage;
  readonly detail: PostedDetail;
}

/**
 * In a dispute, evidence for the arbiters by HA + Δ: whoever is accused shows the receipts that it holds of C and V, who can
 * then not claim that they lack something; who accuses W of equivocation shows both documents.
 */
export const postEvidence: Act = (state) => {
  const court = courtHeight(state);
  if (court === null) return undefined;
  const by = court + state.agreement.contract.confirmationBlocks;
  if (state.tip > by) return undefined;
  const fresh = [...receiptsHeld(state), ...openingJudged(state), ...twiceSigned(state)].find(
    ({ message }) => findPosted(state, message)?.acceptedAt == null,
  );
  if (fresh === undefined) return undefined;
  const { message, detail } = fresh;
  const known = findPosted(state, message)?.detail ?? detail;
  const next = acceptOwn(state, { ...message, detail: known, deadline: by, timely: false });
  return { state: next, tasks: [relayTask(next, findPosted(next, message)!)] };
};

/** On TxA, W is accused; on TxAc, W and V are, by C. */
function receiptsHeld(state: OpenState): readonly Shown[] {
  const { self, receipts, delivery, opening } = state;
  const challenged =
    state.name === 'arbitration' && state.disputes.some(({ transaction }) => transaction === 'TxAc');
  if (self !== 'worker' && !(self === 'verifier' && challenged)) return [];
  return (['client', 'verifier'] as const).flatMap((author) =>
    (['delivery', 'opening'] as const).flatMap((subject): readonly Shown[] => {
      const receipt = receipts[author][subject];
      const message = subject === 'delivery' ? delivery?.hash : opening?.sealed;
      const root = state[subject]?.root;
      if (author === self || receipt === null || message === undefined || root === undefined) return [];
      const opened = subject === 'delivery' ? receipts[author].opened : null;
      const seeds = { seed: opened?.seed ?? null, verifierSeed: opened?.verifierSeed ?? null };
      return [{ message: receipt, detail: { of: 'receipt', subject, root, message, ...seeds } }];
    }),
  );
}

/** D31: V shows the opening that its verdict names: by C's receipt for it everybody sees that C is bound to it. */
function openingJudged({ self, opening, verdict }: OpenState): readonly Shown[] {
  if (self !== 'verifier' || opening === null || verdict !== 1) return [];
  return [openingShown(opening)];
}

function openingShown({ sealed, signature, root, hash: openingHash, seeds }: OpeningRecord): Shown {
  const message: SealedMessage = { kind: 'opening', author: 'worker', sealed, signature };
  return { message, detail: { of: 'opening', root, openingHash, seeds } };
}

/** Both documents that show that W signed twice. */
function twiceSigned({ accusation, delivery, opening, equivocations }: OpenState): readonly Shown[] {
  if (accusation?.fault !== 'equivocation') return [];
  const { of } = accusation;
  const documents: Shown[] = [];
  if (of !== 'opening' && delivery !== null) {
    const { hash: sealed, signature, root } = delivery;
    const message: SealedMessage = { kind: 'delivery', author: 'worker', sealed, signature };
    documents.push({ message, detail: { of: 'delivery', root } });
  }
  if (of !== 'delivery' && opening !== null) documents.push(openingShown(opening));
  const second = equivocations.find((known) => known.of === of);
  if (of !== 'root' && second !== undefined) {
    const { second: sealed, signature } = second;
    documents.push({ message: { kind: of, author: 'worker', sealed, signature }, detail: null });
  }
  return documents;
}
