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
  const { tip, delivery, opening } = state;
  if (delivery === 'undecided') return deliveries(game, false);
  if (delivery === 'open') return tip >= ticks.delivery ? deliveries(game, true) : undefined;
  if (delivery !== 'absent') {
    const seeds = seedDecision(game, ticks, state);
    if (seeds !== 'known') return seeds;
  }
  if (opening === 'undecided') return openings(game, state);
  if (opening === 'open') return tip >= ticks.opening ? openings(game, state, true) : undefined;
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
  const documents: ('right' | 'bad' | 'hidden' | 'absent' | 'later')[] = ['right'];
  if (isCorrupt(game, 'worker')) documents.push('bad');
  // D10: who chooses the sample hides a bad chunk from it.
  if (isCorrupt(game, 'worker') && !holds(game, 'D10')) documents.push('hidden');
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

/**
 * D37: first V opens s_V, or a block hash stands for it; then C opens s_C, or another one does. Without it there is s_V only,
 * and nothing stands for it.
 *
 * @returns `known` when W can open
 */
function seedDecision(game: Game, ticks: Ticks, state: State): readonly Move[] | 'known' | undefined {
  const { tip, seedVerifier, seedClient } = state;
  const { seeds } = ticks;
  if (seedVerifier === 'undecided' || seedVerifier === 'open') {
    return seedMoves(game, 'verifier', seedVerifier, tip >= seeds.verifier.last);
  }
  if (!holds(game, 'D37')) return 'known';
  if (seedVerifier === 'withheld' && tip < seeds.verifier.block) return undefined;
  if (seedClient === 'undecided' || seedClient === 'open') {
    return seedMoves(game, 'client', seedClient, tip >= seeds.client.last);
  }
  return seedClient === 'withheld' && tip < seeds.client.block ? undefined : 'known';
}

function seedMoves(
  game: Game,
  of: 'client' | 'verifier',
  seed: 'undecided' | 'open',
  last: boolean,
): readonly Move[] | undefined {
  if (!isCorrupt(game, of)) return [{ kind: 'seed', of, seed: 'given' }];
  if (seed === 'open' && !last) return undefined;
  const moves: Move[] = [
    { kind: 'seed', of, seed: 'given' },
    { kind: 'seed', of, seed: last ? 'withheld' : 'later' },
  ];
  return holds(game, 'D37 real') ? moves : [...moves, { kind: 'seed', of, seed: 'aside' }];
}

function openings(game: Game, state: State, last = false): readonly Move[] {
  const documents: ('right' | 'bad' | 'absent' | 'later')[] = [];
  const able = state.delivery !== 'absent' && openingOwed(game, state);
  // W opens for a seed in the place of which a block hash counts for everybody else.
  const aside = state.seedVerifier === 'aside' || state.seedClient === 'aside';
  if (able && state.delivery !== 'bad') documents.push(aside ? 'bad' : 'right');
  if (able && !aside && isCorrupt(game, 'worker')) documents.push('bad');
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
  const late = lateCompletions(game, ticks, state);
  if (late !== undefined) return late;
  const repeated = ticks.repeated[arbitration.repeated];
  if (stage === undefined && repeated !== undefined && age >= repeated) {
    return signatures(game, repeatedStageAsks(game, arbitration, withheldRule(state)));
  }
  return undefined;
}

/**
 * Signatures at Δ_2 − 2Δ, when W publishes nothing any more. They change what honest arbiters do only without the rule that
 * such a Tx8_S does not count.
 */
function lateCompletions(game: Game, ticks: Ticks, state: State): readonly Move[] | undefined {
  const { voted, stage, late, complete, signed, repeated } = state.arbitration!;
  const age = state.tip - state.appeal!.height;
  const over = voted && stage === ticks.stages.length && repeated === 0;
  if (holds(game, 'D12 in time') || !over || age !== ticks.lastReveal || late !== undefined) return undefined;
  if (complete.noFault !== NOBODY) return undefined;
  return [NOBODY, ...signed.noFault].map((set) => ({ kind: 'complete', set }));
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
  // D38: a program that some arbiters lack, so that they cannot confirm anything.
  const parted = !holds(game, 'D38') && isCorrupt(game, 'client');
  if (told && !parted) return [{ kind: 'claim', convinced: everybody }];
  const may = accusers.some((who) => isCorrupt(game, who)) && corruptClaimConfirmed(game, state);
  if (!told && !may) return [{ kind: 'claim', convinced: NOBODY }];
  // D29: a claim shown to some arbiters only.
  const shown = holds(game, 'D29') && !parted ? [NOBODY, everybody] : subsetsOf(everybody);
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
