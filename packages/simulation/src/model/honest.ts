import { NOBODY } from './arbiter-set.ts';
import { decisionId, isPossible, timeoutOfVerifier } from './chain.ts';
import { confirmation, type Game, holds, isCorrupt } from './game.ts';
import type { ChainId, Pending, State } from './state.ts';
import { settledTip, viewOf } from './views.ts';

/** How long fees stay above what was signed at setup, in Δ (D16). */
const HIGH_FEES = 6;

/** A party acts by the protocol: it is not of the coalition. */
const honest = (game: Game, role: 'client' | 'worker' | 'verifier'): boolean => !isCorrupt(game, role);

/** C has no part after setup without D27, and none before Tx4 without D24. */
const clientWatches = (game: Game): boolean => honest(game, 'client') && holds(game, 'D27');

/** M §Honest strategy of each role: what honest parties broadcast in this state, apart from what is on its way. */
function wanted(game: Game, state: State): readonly ChainId[] {
  if (state.appeal !== undefined) return afterAppeal(game, state);
  if (state.verdict !== undefined) return afterVerdict(game, state);
  return beforeVerdict(game, state);
}

function beforeVerdict(game: Game, state: State): readonly ChainId[] {
  const { tip } = state;
  const { times, parameters } = game;
  const ids: ChainId[] = [];
  if (honest(game, 'worker') && tip + confirmation(game) <= times.paymentLatest) {
    if (state.verdictGiven && state.released) ids.push('Tx4');
    else if (tip >= timeoutOfVerifier(game) - 1 && state.delivery === 'right') ids.push('Tx3');
  }
  if (honest(game, 'verifier')) ids.push(...verifierBefore(game, state));
  if (tip >= parameters.t3 - 1 && exits(game, ['client', 'verifier'])) ids.push('Tx1');
  if (tip >= times.release - 1 && game.honestArbiters !== NOBODY) ids.push(`stake:${game.n}`);
  return ids;
}

function verifierBefore(game: Game, state: State): readonly ChainId[] {
  const { tip } = state;
  const { times, parameters } = game;
  const view = viewOf(game, state, 'verifier');
  if (view === 'right') {
    // D34: at t1 − Δ the last block for TxV1 would be that of Tx3.
    const at = holds(game, 'D34') ? times.verdictLatest : parameters.t1 - confirmation(game);
    return tip >= at ? ['TxV1'] : [];
  }
  if (tip < settledTip(game) || state.verdictGiven) return [];
  const lawful = holds(game, 'D3') || state.opening === 'bad';
  if (!lawful) return [];
  if (holds(game, 'D1')) return tip <= times.verdictLatest ? ['TxV0'] : [];
  return tip >= parameters.t2 - 1 ? ['Tx5'] : [];
}

function afterVerdict(game: Game, state: State): readonly ChainId[] {
  const { tip } = state;
  const { times } = game;
  const verdict = state.verdict!;
  const age = tip - verdict.height;
  const ids: ChainId[] = [];
  const inTime = age + confirmation(game) < times.appeal;
  if (verdict.id === 'TxV0') {
    if (honest(game, 'worker') && inTime && state.delivery === 'right') ids.push('TxA');
    if (age >= times.appeal - 1 && exits(game, ['client', 'verifier'])) ids.push('Tx5');
  } else {
    if (clientWatches(game) && holds(game, 'D4') && inTime && viewOf(game, state, 'client') === 'faulty') {
      ids.push('TxAc');
    }
    const payable = age + confirmation(game) <= times.timeoutAfterVerdict - confirmation(game);
    if (honest(game, 'worker') && age >= times.appeal - 1 && payable) ids.push("Tx4'");
    if (age >= times.timeoutAfterVerdict - 1 && exits(game, ['client', 'verifier'])) ids.push("Tx1'");
  }
  if (tip >= times.release - 1 && game.honestArbiters !== NOBODY) ids.push(`stake:${game.n}`);
  return ids;
}

function afterAppeal(game: Game, state: State): readonly ChainId[] {
  const { arbitration } = state;
  const appeal = state.appeal!;
  const { times } = game;
  const age = state.tip - appeal.height;
  const ids: ChainId[] = [];
  if (arbitration !== undefined) {
    const { fault, noFault, withheld } = arbitration.complete;
    if (fault !== NOBODY) ids.push(decisionId(appeal.id, 'fault', fault));
    if (withheld !== NOBODY) ids.push(decisionId(appeal.id, 'withheld', withheld));
    // W reveals h_p at no later time: from Δ_2 arbiters may decide otherwise (D12).
    if (noFault !== NOBODY && honest(game, 'worker') && age <= times.delta2 - 2 * confirmation(game)) {
      ids.push(decisionId(appeal.id, 'noFault', noFault));
    }
  }
  if (age >= times.arbitrationTimeout - 1 && exits(game, ['client', 'worker', 'verifier', 'arbiter'])) {
    ids.push(appeal.id === 'TxA' ? 'Tx6' : 'Tx6c');
  }
  return ids;
}

/** Whether one of those who publish a time-out exit is honest and can; without D13 only C can. */
function exits(game: Game, who: readonly ('client' | 'worker' | 'verifier' | 'arbiter')[]): boolean {
  const able = holds(game, 'D13') ? who : (['client'] as const);
  return able.some((party) => (party === 'arbiter' ? game.honestArbiters !== NOBODY : honest(game, party)));
}

/** What honest parties do by themselves: the verdict, the release, broadcasts. Gives the state after that. */
export function settleHonest(game: Game, state: State): State {
  if (state.end !== undefined) return state;
  let next = state;
  const open = next.verdict === undefined && next.appeal === undefined;
  if (open && honest(game, 'verifier') && !next.verdictGiven && viewOf(game, next, 'verifier') === 'right') {
    next = { ...next, verdictGiven: true, checked: true };
  }
  if (open && !next.released && releases(game, next)) next = { ...next, released: true };
  const kept = next.pending.filter(({ id }) => isPossible(game, next, id));
  const fresh = wanted(game, next)
    .filter((id) => isPossible(game, next, id) && kept.every((pending) => pending.id !== id))
    .map((id): Pending => ({ id, until: next.tip + patience(game) }));
  const pending = [...kept, ...fresh].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...next, pending };
}

/** Blocks until what is broadcast confirms, or something in conflict: Δ with a child that pays (D16), without one when fees fall. */
const patience = (game: Game): number => (holds(game, 'D16') ? 1 : HIGH_FEES) * confirmation(game);

/** C releases Tx4 after r = 1 and its own audit (D24, D27). */
function releases(game: Game, state: State): boolean {
  if (!holds(game, 'D24')) return true;
  if (!honest(game, 'client') || !state.verdictGiven) return false;
  return !holds(game, 'D27') || viewOf(game, state, 'client') === 'right';
}
