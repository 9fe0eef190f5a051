import { type Game, holds, isCorrupt } from '../model/game.ts';
import { outcomeOf } from '../model/outcome.ts';
import type { Arbitration, Families, State } from '../model/state.ts';

/**
 * States with equal keys have equal futures, up to a shift in time, and equal outcomes. What cannot matter any more is left
 * out: after the claims only the age of the arbitration counts, and whether the result was right.
 */
export function stateKey(game: Game, state: State): string {
  if (state.end !== undefined) return endKey(game, state);
  if (state.arbitration !== undefined) return arbitrationKey(game, state, state.arbitration);
  const { verdict, appeal } = state;
  return [
    state.tip,
    state.delivery,
    state.opening,
    state.audience,
    seedsKey(game, state),
    state.equivocated,
    state.verdictGiven,
    state.checked,
    state.released,
    verdict === undefined ? '' : `${verdict.id}@${verdict.height}`,
    appeal === undefined ? '' : `${appeal.id}@${appeal.height}`,
    state.stakeTaken,
    pendingKey(state, 0),
  ].join('|');
}

/** Once the opening is there, nobody asks for which seeds; when none came, only whether one was owed. */
function seedsKey(game: Game, { opening, seedVerifier, seedClient }: State): string {
  if (opening === 'undecided' || opening === 'open') return `${seedVerifier} ${seedClient}`;
  return holds(game, 'D37') ? '' : seedVerifier;
}

function endKey(game: Game, state: State): string {
  const { right, hasLock } = outcomeOf(game, state);
  const end = state.end!;
  return `end|${end.kind === 'settled' ? end.id : end.kind}|${right}|${hasLock}|${state.appeal?.id}`;
}

const pendingKey = ({ pending }: State, since: number): string =>
  pending.map(({ id, until }) => `${id}@${until - since}`).join();

const familiesKey = ({ fault, noFault, withheld }: Families): string => `${fault},${noFault},${withheld}`;

function arbitrationKey(game: Game, state: State, arbitration: Arbitration): string {
  const { height, id } = state.appeal!;
  const { signed } = arbitration;
  const right = isCorrupt(game, 'client') || (state.delivery === 'right' && state.opening === 'right');
  return [
    id,
    state.tip - height,
    pendingKey(state, height),
    right,
    arbitration.convinced,
    arbitration.voted,
    arbitration.stage,
    arbitration.repeated,
    arbitration.late,
    familiesKey(arbitration.failed),
    familiesKey(arbitration.complete),
    signed.fault.join('.'),
    signed.noFault.join('.'),
    signed.withheld.join('.'),
  ].join('|');
}
