import { lowest, NOBODY, sizeOf, subsetsOf } from './arbiter-set.ts';
import { repeatedStageAsks, stageAsks } from './arbitrate.ts';
import { type Game, holds, isCorrupt } from './game.ts';
import type { Move } from './move.ts';
import { AUDIENCE, type Audience, EVERYBODY, type State } from './state.ts';
import type { Ticks } from './ticks.ts';
import { corruptClaimConfirmed, honestClaimConfirmed, openingOwed } from './views.ts';

/** What has to be decided before anything else happens at this tip; undefined when nothing has. */
export function decision(game: Game, ticks: Ticks, state: State): readonly Move[] | undefined {
  if (state.appeal !== undefined) return arbitrationDecision(game, ticks, state);
  return documentDecision(game, ticks, state);
}

function documentDecision(game: Game, ticks: Ticks, state: State): readonly Move[] | undefined {
  const { tip, delivery, opening, seed } = state;
  if (delivery === 'undecided') return deliveries(game, false);
  if (delivery === 'open') return tip >= ticks.delivery ? deliveries(game, true) : undefined;
  const mattering = !holds(game, 'replace-seeds') && delivery !== 'absent';
  if (mattering && seed === 'undecided') return seeds(game, false);
  if (mattering && seed === 'open') return tip >= ticks.seed ? seeds(game, true) : undefined;
  if (opening === 'undecided') return openings(game, state, seed === 'open');
  if (opening === 'open') return tip >= ticks.opening ? openings(game, state, false, true) : undefined;
  const asked = isCorrupt(game, 'worker') && opening === 'right' && state.equivocated === undefined;
  if (asked && tip >= ticks.opening) {
    return [
      { kind: 'equivocate', second: false },
      { kind: 'equivocate', second: true },
    ];
  }
  return undefined;
}

/** Whom a Worker can reach: under Post everybody (D26). */
function audiences(game: Game): readonly Audience[] {
  if (holds(game, 'D26')) return [EVERYBODY];
  // An honest Worker then sends to C and V, and nobody else knows.
  if (!isCorrupt(game, 'worker')) return [AUDIENCE.client | AUDIENCE.verifier];
  return [1, 2, 3, 4, 5, 6, EVERYBODY];
}

function deliveries(game: Game, last: boolean): readonly Move[] {
  const documents: ('right' | 'bad' | 'absent' | 'later')[] = ['right'];
  if (isCorrupt(game, 'worker')) documents.push('bad');
  if (last) {
    // D20: a Worker without inputs has nothing to deliver.
    const starved = !holds(game, 'D20') && isCorrupt(game, 'client');
    if (isCorrupt(game, 'worker') || starved) documents.push('absent');
  } else documents.push('later');
  return documents.flatMap((document): readonly Move[] =>
    document === 'absent' || document === 'later'
      ? [{ kind: 'deliver', document, audience: EVERYBODY }]
      : audiences(game).map((audience) => ({ kind: 'deliver', document, audience })),
  );
}

function seeds(game: Game, last: boolean): readonly Move[] {
  if (!isCorrupt(game, 'verifier')) return [{ kind: 'seed', seed: 'given' }];
  return [
    { kind: 'seed', seed: 'given' },
    { kind: 'seed', seed: last ? 'withheld' : 'later' },
  ];
}

function openings(game: Game, state: State, waits: boolean, last = false): readonly Move[] {
  const documents: ('right' | 'bad' | 'absent' | 'later')[] = [];
  const able = state.delivery !== 'absent' && !waits && openingOwed(game, state);
  if (able && state.delivery === 'right') documents.push('right');
  if (able && isCorrupt(game, 'worker')) documents.push('bad');
  if (!last) documents.push('later');
  else if (!able || isCorrupt(game, 'worker')) documents.push('absent');
  return documents.map((document) => ({ kind: 'open', document }));
}

function arbitrationDecision(game: Game, ticks: Ticks, state: State): readonly Move[] | undefined {
  const appeal = state.appeal!;
  const { arbitration } = state;
  const age = state.tip - appeal.height;
  if (arbitration === undefined) return age >= ticks.claim ? claims(game, state) : undefined;
  if (!arbitration.voted) return age >= ticks.stages[0]! ? votes(game, arbitration.convinced) : undefined;
  const stage = ticks.stages[arbitration.stage];
  if (stage !== undefined && age >= stage) {
    return signatures(game, stageAsks(game, arbitration));
  }
  const repeated = ticks.repeated[arbitration.repeated];
  if (stage === undefined && repeated !== undefined && age >= repeated) {
    return signatures(game, repeatedStageAsks(game, arbitration, withheldRule(state)));
  }
  return undefined;
}

/** D12 is the rule on TxA, D32 the one on TxAc. */
export const withheldRule = (state: State): 'D12' | 'D32' => (state.appeal?.id === 'TxAc' ? 'D32' : 'D12');

/** M §Claims: on TxA V and C may claim (D33), on TxAc C; honest ones claim what they see. */
function claims(game: Game, state: State): readonly Move[] {
  const onAppeal = state.appeal!.id === 'TxA';
  const accusers = (['client', 'verifier'] as const).filter((who) =>
    who === 'client' ? !onAppeal || holds(game, 'D33') : onAppeal,
  );
  const told = accusers.some(
    (who) =>
      !isCorrupt(game, who) &&
      (who === 'verifier' || holds(game, 'D27')) &&
      honestClaimConfirmed(game, state, who),
  );
  const everybody = game.honestArbiters;
  if (told) return [{ kind: 'claim', convinced: everybody }];
  const may = accusers.some((who) => isCorrupt(game, who)) && corruptClaimConfirmed(game, state);
  if (!may) return [{ kind: 'claim', convinced: NOBODY }];
  // D29: a claim shown to some arbiters only.
  const shown = holds(game, 'D29') ? [NOBODY, everybody] : subsetsOf(everybody);
  return shown.map((convinced) => ({ kind: 'claim', convinced }));
}

/** Votes of the coalition's arbiters; they are alike, so that only numbers matter. */
function votes(game: Game, convinced: number): readonly Move[] {
  const count = sizeOf(game.corruptArbiters);
  const split = convinced !== NOBODY && convinced !== game.honestArbiters;
  const moves: Move[] = [];
  for (let agreeing = 0; agreeing <= count; agreeing++) {
    for (let other = 0; other <= (split ? count - agreeing : 0); other++) {
      const first = lowest(count) & ~lowest(count - agreeing);
      const second = lowest(other);
      const forOne = convinced === NOBODY ? second : first;
      moves.push({ kind: 'vote', one: forOne, zero: convinced === NOBODY ? first : second });
    }
  }
  return moves;
}

/** Any of the coalition's arbiters may sign; when nothing is asked of them, there is nothing to choose. */
const signatures = (game: Game, asked: boolean): readonly Move[] =>
  (asked ? subsetsOf(game.corruptArbiters) : [NOBODY]).map((signers) => ({ kind: 'sign', signers }));
