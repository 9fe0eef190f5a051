import { afterRepeatedStage, afterStage, afterVotes, startArbitration } from './arbitrate.ts';
import { canTake, coalitionHolds, isValidNext } from './chain.ts';
import { decision, withheldRule } from './decisions.ts';
import { type Game, holds, isCorrupt } from './game.ts';
import { settleHonest } from './honest.ts';
import type { Move } from './move.ts';
import { type ChainId, type Seed, START, type State } from './state.ts';
import { nextTick, type Ticks } from './ticks.ts';

/** The state in which the coalition makes its first choice. */
export const begin = (game: Game): State => settleHonest(game, START);

/** Every choice in a state; none when the play is over. */
export function movesOf(game: Game, ticks: Ticks, state: State): readonly Move[] {
  if (state.end !== undefined) return [];
  const forced = decision(game, ticks, state);
  if (forced !== undefined) return forced;
  const moves: Move[] = [...messages(game, state)];
  for (const id of confirmable(game, state)) moves.push({ kind: 'confirm', id });
  if (canTake(game, state)) moves.push({ kind: 'take' });
  const due = state.pending.some(({ id, until }) => until <= state.tip + 1 && isValidNext(game, state, id));
  const until = nextTick(game, ticks, state);
  if (!due) moves.push({ kind: 'wait', until: until ?? state.tip });
  return moves;
}

/** Messages of the coalition to honest parties that may come at any time. */
function messages(game: Game, state: State): readonly Move[] {
  if (state.verdict !== undefined || state.appeal !== undefined) return [];
  const moves: Move[] = [];
  const verdictMatters = !isCorrupt(game, 'worker') || !isCorrupt(game, 'client');
  if (isCorrupt(game, 'verifier') && verdictMatters && !state.verdictGiven) {
    moves.push({ kind: 'verdict', checked: false });
    if (state.opening === 'right' || state.opening === 'bad') moves.push({ kind: 'verdict', checked: true });
  }
  if (isCorrupt(game, 'client') && !isCorrupt(game, 'worker') && !state.released && holds(game, 'D24')) {
    moves.push({ kind: 'release' });
  }
  return moves;
}

/** What the next block can hold: the coalition's transactions and those that honest parties have broadcast. */
function confirmable(game: Game, state: State): readonly ChainId[] {
  const ids = [...coalitionHolds(game, state), ...state.pending.map(({ id }) => id)];
  return [...new Set(ids)].filter((id) => isValidNext(game, state, id));
}

/** The state after a move. Honest parties have answered it. */
export function play(game: Game, state: State, move: Move): State {
  return settleHonest(game, applied(game, state, move));
}

function applied(game: Game, state: State, move: Move): State {
  switch (move.kind) {
    case 'deliver': {
      const { document, audience } = move;
      return { ...state, delivery: document === 'later' ? 'open' : document, audience };
    }
    case 'open':
      return { ...state, opening: move.document === 'later' ? 'open' : move.document };
    case 'seed':
      return seeded(state, move.of, move.seed === 'later' ? 'open' : move.seed);
    case 'equivocate':
      return { ...state, equivocated: move.second };
    case 'verdict':
      return { ...state, verdictGiven: true, checked: move.checked };
    case 'release':
      return { ...state, released: true };
    case 'claim':
      return { ...state, arbitration: startArbitration(move.convinced) };
    case 'vote':
      return { ...state, arbitration: afterVotes(game, state.arbitration!, move.one, move.zero) };
    case 'sign':
      return { ...state, arbitration: signed(game, state, move.signers) };
    case 'complete':
      return { ...state, arbitration: { ...state.arbitration!, late: move.set } };
    case 'take':
      return { ...state, end: { kind: 'taken' }, pending: [] };
    case 'wait':
      return move.until === state.tip
        ? { ...state, end: { kind: 'frozen' }, pending: [] }
        : { ...state, tip: move.until };
    case 'confirm':
      return confirmed(state, move.id);
  }
}

const seeded = (state: State, of: 'client' | 'verifier', seed: Seed): State =>
  of === 'client' ? { ...state, seedClient: seed } : { ...state, seedVerifier: seed };

function signed(game: Game, state: State, signers: number) {
  const arbitration = state.arbitration!;
  return arbitration.stage < game.n - game.k + 1
    ? afterStage(game, arbitration, signers)
    : afterRepeatedStage(game, arbitration, withheldRule(state), signers);
}

function confirmed(state: State, id: ChainId): State {
  const height = state.tip + 1;
  const next = { ...state, tip: height, pending: state.pending.filter((pending) => pending.id !== id) };
  switch (id) {
    case 'TxV1':
    case 'TxV0':
      return { ...next, verdict: { id, height } };
    case 'TxA':
    case 'TxAc':
      return { ...next, appeal: { id, height } };
    default:
      return id.startsWith('stake:')
        ? { ...next, stakeTaken: true }
        : { ...next, end: { kind: 'settled', id: settlementOf(id) }, pending: [] };
  }
}

type Settling = Exclude<ChainId, 'TxV1' | 'TxV0' | 'TxA' | 'TxAc' | `stake:${number}`>;

/** Narrows what is left after stages and stakes. */
const settlementOf = (id: ChainId): Settling => id as Settling;
