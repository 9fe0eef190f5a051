import { type Game, holds, isCorrupt } from './game.ts';
import { AUDIENCE, type State } from './state.ts';

/** Tip at which everybody knows what was posted in time: H0 + t0 + 2Δ + B. */
export const settledTip = ({ times }: Game): number => times.verdict + times.B;

/** What an honest C or V thinks of the Worker's delivery and opening. */
export type View = 'waiting' | 'right' | 'faulty';

/** Whether an opening is due: always, since a block hash stands for a seed that is not there (D37). */
export const openingOwed = (game: Game, state: State): boolean =>
  holds(game, 'D37') || state.seedVerifier !== 'withheld';

/** M §Honest strategy of each role: not accepted, wrong, or right. */
export function viewOf(game: Game, state: State, who: 'client' | 'verifier'): View {
  const { delivery, opening, audience } = state;
  const reached = (audience & AUDIENCE[who]) !== 0;
  if (reached && opening === 'bad') return 'faulty';
  if (who === 'verifier' && state.equivocated === true && !state.verdictGiven) return 'faulty';
  if (reached && opening === 'right') return delivery === 'bad' ? 'faulty' : 'right';
  return state.tip >= settledTip(game) ? 'faulty' : 'waiting';
}

/** Whether the arbiters accepted delivery and opening in time, as far as they were due. */
function arbitersLack(game: Game, state: State): boolean {
  if ((state.audience & AUDIENCE.arbiters) === 0) return true;
  if (state.delivery === 'absent') return true;
  if (state.opening === 'right' || state.opening === 'bad') return false;
  return openingOwed(game, state) || holds(game, 'D37 unopened');
}

/** A bad chunk in the sample. D11: without the accuser's claim the arbiters look elsewhere. */
const chunkFault = (game: Game, state: State): boolean => state.opening === 'bad' && holds(game, 'D11');

/** M §Claims: what an honest accuser's own claim is worth. */
export function honestClaimConfirmed(game: Game, state: State, who: 'client' | 'verifier'): boolean {
  if (viewOf(game, state, who) !== 'faulty' || tooLate(game, state)) return false;
  const { audience, opening } = state;
  const has = (audience & AUDIENCE[who]) !== 0 && (opening === 'right' || opening === 'bad');
  if (!has) return holds(game, 'D3') && arbitersLack(game, state);
  return chunkFault(game, state) || equivocation(game, state);
}

/** Two openings are a fault on TxA; on TxAc only what V's verdict names is judged (D31). */
const equivocation = (game: Game, state: State): boolean =>
  state.equivocated === true && (state.appeal?.id === 'TxA' || !holds(game, 'D31'));

/** Whether a coalition's accuser has any claim that arbiters confirm. */
export function corruptClaimConfirmed(game: Game, state: State): boolean {
  if (tooLate(game, state)) return false;
  // Posted as evidence; on TxAc only beside what V's verdict names, or where V posts no verdict (D31).
  const named = state.appeal?.id === 'TxAc' && holds(game, 'D31') && !isCorrupt(game, 'verifier');
  const second = isCorrupt(game, 'worker') && !named;
  const lacking = holds(game, 'D3') && arbitersLack(game, state);
  return lacking || chunkFault(game, state) || equivocation(game, state) || second;
}

/** M §Claims: a TxAc that confirmed after HV + (t2−t1) is d = 0. */
function tooLate(game: Game, { appeal, verdict }: State): boolean {
  return appeal?.id === 'TxAc' && appeal.height > verdict!.height + game.times.appeal;
}
