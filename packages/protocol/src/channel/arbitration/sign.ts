import { contractHash } from '../../contract/contract-codec.ts';
import { arbiterIndex } from '../../contract/party.ts';
import { type SignatureSlot, slotKey } from '../../transactions/signing.ts';
import { graphOf } from '../agreement.ts';
import type { SlotSignature } from '../event.ts';
import type { Act } from '../operation/progress.ts';
import { postToAll } from '../post/relay.ts';
import { keep } from '../setup/signatures.ts';
import type { ArbitrationState } from '../state.ts';
import { LATER, moved, STALE, type Step } from '../step.ts';
import { courtClock, courtOf, decisionOf, mayCome, stageCount } from './court.ts';
import { dueIn, openedVotes } from './standing.ts';

/**
 * Signs what is due in the stage that is on (M §Clock): decisions as this arbiter opened its vote, which leave out nobody
 * but those who failed. Who was away cannot tell who failed: it signs nothing that leaves out anybody.
 *
 * After Δ_2 the stages are repeated for the other decision, whatever waits in a mempool: a Tx8 that W shows to some arbiters
 * so late would otherwise keep these from signing, and the others would leave them out.
 */
export const signWhatIsDue: Act = (state) => {
  const { self, tip, arbitration } = state;
  const { court, vote, signing, away } = arbitration;
  const index = arbiterIndex(self);
  if (court === null || vote === null || index === undefined) return undefined;
  const stage = courtClock(state, court).stages.findIndex(({ from, until }) => tip >= from && tip <= until);
  if (stage < 0 || signing.some((known) => known.stage === stage)) return undefined;
  if (openedVotes(state).get(index) !== vote.decision) return undefined;
  if (away && stage % stageCount(state) !== 0) return undefined;
  const decisions = dueIn(state, court, vote.decision, stage).filter((id) =>
    decisionOf(id)?.coherent.includes(index),
  );
  if (decisions.length === 0) return undefined;
  const slots = decisions.map(
    (transaction): SignatureSlot => ({ transaction, input: 0, signer: self, kind: 'plain' }),
  );
  return {
    state: { ...state, arbitration: { ...arbitration, signing: [...signing, { stage, decisions }] } },
    tasks: [{ kind: 'sign', slots }],
  };
};

/** Own signatures on what is due in a stage are made: they are posted, one message for a stage. */
export function onDecisionsSigned(state: ArbitrationState, made: readonly SlotSignature[]): Step {
  const { agreement, arbitration, signatures } = state;
  const decision = made[0] && decisionOf(made[0].slot.transaction);
  if (decision === undefined) return STALE;
  const court = courtOf(decision.family);
  if (court !== arbitration.of) return mayCome(state, court) ? LATER : STALE;
  const signing = arbitration.signing.find(({ decisions }) =>
    made.every(({ slot }) => decisions.some((id) => id === slot.transaction)),
  );
  if (signing === undefined || made.some(({ slot }) => signatures.plain[slotKey(slot)] !== undefined))
    return STALE;
  const items = made.flatMap(({ slot: { transaction, input }, signature }) =>
    signature instanceof Uint8Array ? [{ kind: 'plain' as const, transaction, input, signature }] : [],
  );
  const message = {
    kind: 'decisionSignatures',
    channel: contractHash(agreement.contract),
    court,
    graphId: graphOf(agreement).id,
    stage: signing.stage,
    signatures: items,
  } as const;
  return moved({ ...state, signatures: keep(signatures, made) }, postToAll(state, message));
}
