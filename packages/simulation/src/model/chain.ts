import { type SettlementId, type VariantFamily, variantId } from '@prometheus-compute/protocol';
import { type ArbiterSet, coherentSets, indexesOf, isWithin, NOBODY, sizeOf } from './arbiter-set.ts';
import { decisionWait, type Game, holds, isCorrupt } from './game.ts';
import type { ChainId, Family, State } from './state.ts';

/** Name of a decision in the graph: which family it is depends on how the arbitration began. */
export function decisionId(appeal: 'TxA' | 'TxAc', family: Family, set: ArbiterSet): SettlementId {
  const names: Readonly<Record<Family, VariantFamily>> =
    appeal === 'TxA'
      ? { fault: 'Tx7', noFault: 'Tx8', withheld: 'Tx7' }
      : { fault: 'Tx7c', noFault: 'Tx8c', withheld: 'Tx9c' };
  return variantId(names[family], indexesOf(set));
}

/** First block in which a verdict is valid (D14). */
export const verdictFrom = (game: Game): number => (holds(game, 'D14') ? game.times.verdict : 1);

/** First block for Tx3 (D1). */
export const timeoutOfVerifier = ({ parameters, off }: Game): number =>
  off.has('D1 order') ? parameters.t2 : parameters.t1;

/** Parent's height and wait of everything that consensus allows to follow, at the earliest in which block. */
function firstBlock(game: Game, state: State, id: ChainId): number | undefined {
  const { verdict, appeal } = state;
  const { times, parameters } = game;
  if (id.startsWith('stake:')) {
    if (appeal !== undefined || state.stakeTaken) return undefined;
    return holds(game, 'D7') ? times.release : 1;
  }
  if (appeal !== undefined) return afterAppeal(game, appeal, id);
  if (verdict !== undefined) {
    const child = verdict.id === 'TxV1' ? ["Tx4'", "Tx1'", 'TxAc'] : ['Tx5', 'TxA'];
    // D35: with equal txids each verdict's children fit the other.
    if (holds(game, 'D35') && !child.includes(id)) return undefined;
    switch (id) {
      case "Tx4'":
      case 'Tx5':
        return after(game, verdict.height, times.appeal, parameters.t2);
      case "Tx1'":
        return after(game, verdict.height, times.timeoutAfterVerdict, parameters.t3);
      case 'TxA':
      case 'TxAc':
        return state.stakeTaken ? undefined : verdict.height + 1;
      default:
        return undefined;
    }
  }
  switch (id) {
    case 'Tx1':
      return parameters.t3;
    case 'Tx3':
      return timeoutOfVerifier(game);
    case 'Tx4':
      return 1;
    case 'TxV1':
    case 'TxV0':
      return holds(game, 'D1') ? verdictFrom(game) : undefined;
    case 'Tx5':
      if (holds(game, 'D1')) return undefined;
      return holds(game, 'D1 order') ? parameters.t2 : parameters.t1;
    default:
      return undefined;
  }
}

/** First block of a child: a wait from the parent, or a lock time that stands still while the parent confirms late (D2). */
const after = (game: Game, parent: number, wait: number, lockTime: number): number =>
  holds(game, 'D2') ? parent + wait : Math.max(parent + 1, lockTime);

function afterAppeal(
  game: Game,
  appeal: { readonly id: 'TxA' | 'TxAc'; readonly height: number },
  id: ChainId,
): number | undefined {
  const challenge = appeal.id === 'TxAc';
  if (id === (challenge ? 'Tx6c' : 'Tx6')) return appeal.height + game.times.arbitrationTimeout;
  const [family, members] = id.split(':');
  const fits = challenge ? ['Tx7c', 'Tx8c', 'Tx9c'] : ['Tx7', 'Tx8'];
  if (members === undefined || !fits.includes(family!)) return undefined;
  return appeal.height + decisionWait(game, members.split('.').length);
}

/** Whether consensus allows a transaction in the next block, given all its signatures. */
export function isValidNext(game: Game, state: State, id: ChainId): boolean {
  const first = firstBlock(game, state, id);
  return first !== undefined && state.tip + 1 >= first;
}

/** Whether a transaction could still be confirmed in some later block as things stand. */
export const isPossible = (game: Game, state: State, id: ChainId): boolean =>
  firstBlock(game, state, id) !== undefined;

/** Time-out exits: complete at setup and held by all (D13). */
export const EXITS = ['Tx1', "Tx1'", 'Tx5', 'Tx6', 'Tx6c'] as const;

/** Whether a coalition can finish a time-out exit; without D13, C alone can. */
const finishesExits = (game: Game): boolean =>
  game.corrupt.size > 0 || game.corruptArbiters !== NOBODY
    ? holds(game, 'D13') || isCorrupt(game, 'client')
    : false;

/** Everything that the coalition holds all signatures of; valid or not. */
export function coalitionHolds(game: Game, state: State): readonly ChainId[] {
  const ids: ChainId[] = [];
  if (finishesExits(game)) ids.push(...EXITS);
  if (isCorrupt(game, 'worker')) {
    ids.push('Tx3', "Tx4'", 'TxA');
    const signed = state.verdictGiven || isCorrupt(game, 'verifier');
    const released = state.released || isCorrupt(game, 'client') || !holds(game, 'D24');
    if (signed && released) ids.push('Tx4');
  }
  if (isCorrupt(game, 'verifier')) ids.push('TxV1', 'TxV0');
  if (isCorrupt(game, 'client')) ids.push('TxAc');
  if (game.corruptArbiters !== NOBODY) ids.push('stake:1');
  return [...ids, ...coalitionDecisions(game, state)];
}

/** Decisions that the coalition can complete: all honest members of S have signed, or there are none. */
function coalitionDecisions(game: Game, state: State): readonly ChainId[] {
  const { appeal, arbitration } = state;
  if (appeal === undefined) return [];
  const own = coherentSets(game.n, game.k).filter((set) => isWithin(set, game.corruptArbiters));
  const sets = (family: Family): readonly ArbiterSet[] => [...own, ...(arbitration?.signed[family] ?? [])];
  // D5: one secret unlocks both decisions.
  const shared = holds(game, 'D5') ? [] : [...sets('fault'), ...sets('noFault')];
  const families: readonly (readonly [Family, readonly ArbiterSet[]])[] = [
    ['fault', [...sets('fault'), ...shared]],
    ['noFault', isCorrupt(game, 'worker') ? [...sets('noFault'), ...shared] : []],
    ['withheld', sets('withheld')],
  ];
  const ids = families.flatMap(([family, all]) => all.map((set) => decisionId(appeal.id, family, set)));
  return [...new Set(ids)];
}

/** Whether C, W, V and k arbiters can spend what is pooled (D6). */
export const canTake = (game: Game, state: State): boolean =>
  !holds(game, 'D6') &&
  state.appeal !== undefined &&
  game.corrupt.size === 3 &&
  sizeOf(game.corruptArbiters) >= game.k;
