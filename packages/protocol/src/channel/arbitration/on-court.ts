import { clock } from '../../contract/clock.ts';
import type { Party } from '../../contract/party.ts';
import { assertNever } from '../../primitives/errors.ts';
import type { ChannelEvent } from '../event.ts';
import type { Act } from '../operation/progress.ts';
import type { ArbitrationState, OpenState } from '../state.ts';
import { moved, STALE, type Step } from '../step.ts';
import { onClaimMade, postClaim } from './accuse.ts';
import { courtClock, isArbiter } from './court.ts';
import { askForPosts, onLacking } from './lacking.ts';
import { type Court, recordOf } from './record.ts';
import { onDecisionsSigned, signWhatIsDue } from './sign.ts';
import { commitVote, judgeClaims, onJudged, openVote } from './vote.ts';

/** What a party does in an arbitration as soon as it is due; what was missed is past, and the others act as if it had refused. */
export const COURT_ACTS: readonly Act[] = [postClaim, judgeClaims, commitVote, openVote, signWhatIsDue];

/** Events of an arbitration besides what is posted: tips, what tasks end in, and what an arbiter lacks. */
export type CourtEvent = Extract<
  ChannelEvent,
  { kind: 'tip' | 'claim-made' | 'judged' | 'signed' | 'message' }
>;

/**
 * TxA or TxAc is in a block: the clock of the arbitration runs from there. In another block after a reorganisation, whatever
 * was posted still counts: it is the same transaction, and the signatures on what spends it say the same as before. In the
 * place of the other one it begins anew (D40).
 *
 * @param state - with the transaction among its disputes
 */
export function startArbitration(state: ArbitrationState): ArbitrationState {
  const last = state.disputes.findLast(({ transaction }) => transaction === 'TxA' || transaction === 'TxAc');
  if (last === undefined) return state;
  const court: Court = { transaction: last.transaction === 'TxA' ? 'TxA' : 'TxAc', height: last.height };
  const record = recordOf(state.arbitration, court.transaction);
  return { ...state, arbitration: { ...record, court, seen: record.seen ?? court.height } };
}

/**
 * A reorganisation has taken TxA or TxAc out of the chain. Nothing that was signed for it can hurt: a decision spends its
 * output, which does not exist until the very same transaction is in a block again, and then it is the same decision.
 */
export function leaveCourt<S extends OpenState>(state: S): S {
  const { arbitration } = state;
  // What is being judged may end while there is no court to tell: it is asked for again when there is one.
  const done =
    arbitration.vote === null ? arbitration.done.filter((what) => what !== 'judge') : arbitration.done;
  return { ...state, arbitration: { ...arbitration, court: null, done } };
}

/** What a task of an arbitration ends in. */
export type FromTask = Extract<CourtEvent, { kind: 'claim-made' | 'judged' | 'signed' }>;

/**
 * Whether a reorganisation that removed the whole dispute left a task without its end: it is noted as begun, and would not
 * begin anew when the dispute is back, of either kind (D40). What is judged would (`leaveCourt`).
 */
export function isAwaited({ arbitration }: OpenState, { kind }: FromTask): boolean {
  const { other } = arbitration;
  return (other === null ? [arbitration] : [arbitration, other]).some(({ done, signing }) =>
    kind === 'claim-made' ? done.includes('claim') : kind === 'signed' && signing.length > 0,
  );
}

/** What an event of an arbitration changes by itself; what follows from it are {@link COURT_ACTS}. */
export function onCourt(state: ArbitrationState, event: CourtEvent): Step {
  switch (event.kind) {
    case 'tip':
      return onTip(state);
    case 'claim-made':
      return onClaimMade(state, event);
    case 'judged':
      return onJudged(state, event);
    case 'signed':
      return onDecisionsSigned(state, event.signatures);
    case 'message': {
      if (event.message.kind !== 'lacking') return STALE;
      const { parameters, contract } = state.agreement;
      return onLacking(state, event.from as Party, event.message, clock(parameters, contract).B);
    }
    default:
      return assertNever(event);
  }
}

/** An arbiter that sees more than B blocks at once was away, and asks for what was posted meanwhile. */
function onTip(state: ArbitrationState): Step {
  const { arbitration, agreement, tip, self } = state;
  const { court } = arbitration;
  if (court === null) return moved(state);
  const { B } = clock(agreement.parameters, agreement.contract);
  const seen = arbitration.seen ?? court.height;
  const away = arbitration.away || missed(state, court, seen, B);
  const next = { ...state, arbitration: { ...arbitration, seen: tip, away } };
  return moved(next, isArbiter(self) && tip > seen + B ? askForPosts(next) : []);
}

/**
 * Whether more than B blocks came at once, and with them the end of a time for commitments, votes or signatures: what others
 * posted until then may have been missed, and who was silent cannot be told.
 */
function missed(state: ArbitrationState, court: Court, seen: number, B: number): boolean {
  const { commitment, opening, stages } = courtClock(state, court);
  const ends = [commitment, opening, ...stages.map(({ until }) => until)].map((until) => until + B);
  return state.tip > seen + B && ends.some((end) => seen < end && state.tip > end);
}
