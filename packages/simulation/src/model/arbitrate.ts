import { type ArbiterSet, allOf, coherentSets, isWithin, NOBODY, sizeOf, without } from './arbiter-set.ts';
import { type Game, holds } from './game.ts';
import type { Arbitration, Family } from './state.ts';

/** Claims are judged: the honest arbiters in `convinced` decide d = 1, the other honest ones d = 0. */
export function startArbitration(convinced: ArbiterSet): Arbitration {
  return {
    convinced,
    voted: false,
    stage: 0,
    failed: { fault: NOBODY, noFault: NOBODY, withheld: NOBODY },
    signed: { fault: [], noFault: [], withheld: [] },
    complete: { fault: NOBODY, noFault: NOBODY, withheld: NOBODY },
    late: undefined,
    repeated: 0,
  };
}

/** Votes are open. @param one - of the coalition, who opened d = 1 @param zero - who opened d = 0 */
export function afterVotes(
  game: Game,
  arbitration: Arbitration,
  one: ArbiterSet,
  zero: ArbiterSet,
): Arbitration {
  const { convinced } = arbitration;
  const everybody = allOf(game.n);
  return {
    ...arbitration,
    voted: true,
    failed: {
      fault: without(everybody, convinced | one),
      noFault: without(everybody, without(game.honestArbiters, convinced) | zero),
      withheld: NOBODY,
    },
  };
}

/** Honest arbiters that decide for a family. */
const group = (game: Game, { convinced }: Arbitration, family: Family): ArbiterSet =>
  family === 'fault' ? convinced : without(game.honestArbiters, convinced);

/** M §Clock, stage j: the sets S that honest arbiters sign, which all of them do alike. */
function stageSets(game: Game, arbitration: Arbitration, family: Family): readonly ArbiterSet[] {
  const members = group(game, arbitration, family);
  if (members === NOBODY || arbitration.complete[family] !== NOBODY) return [];
  const able = members | game.corruptArbiters;
  const everybody = allOf(game.n);
  return coherentSets(game.n, game.k).filter((set) => {
    if (!isWithin(set, able) || (set & members) === NOBODY) return false;
    // D8: without the rule, every S at once.
    if (!holds(game, 'D8')) return true;
    const left = without(everybody, set);
    return sizeOf(left) === arbitration.stage && isWithin(left, arbitration.failed[family]);
  });
}

/** After signatures of `signers` in one stage: what is signed, complete, and who has failed. */
function withSignatures(
  game: Game,
  arbitration: Arbitration,
  family: Family,
  sets: readonly ArbiterSet[],
  signers: ArbiterSet,
): Arbitration {
  if (sets.length === 0) return arbitration;
  const known = arbitration.signed[family];
  const due = sets.reduce((all, set) => all | set, NOBODY) & game.corruptArbiters;
  const complete = sets.find((set) => isWithin(set & game.corruptArbiters, signers)) ?? NOBODY;
  return {
    ...arbitration,
    signed: {
      ...arbitration.signed,
      [family]: [...known, ...sets.filter((set) => !known.includes(set))].sort((a, b) => a - b),
    },
    complete: { ...arbitration.complete, [family]: complete },
    failed: { ...arbitration.failed, [family]: arbitration.failed[family] | without(due, signers) },
  };
}

/** One stage from Δ_1 on. @param signers - arbiters of the coalition that sign what is due */
export function afterStage(game: Game, arbitration: Arbitration, signers: ArbiterSet): Arbitration {
  let next = arbitration;
  for (const family of ['fault', 'noFault'] as const) {
    next = withSignatures(game, next, family, stageSets(game, next, family), signers);
  }
  return { ...next, stage: arbitration.stage + 1 };
}

/** Stages from Δ_1 on: j = 0..n−k. */
export const stageCount = (game: Game): number => game.n - game.k + 1;

/** Whether a stage asks anything of the coalition's arbiters. */
export const stageAsks = (game: Game, arbitration: Arbitration): boolean =>
  game.corruptArbiters !== NOBODY &&
  (['fault', 'noFault'] as const).some((family) => stageSets(game, arbitration, family).length > 0);

/**
 * D12, D32: sets for the other decision, from Δ_2 on: first the S whose Tx8_S was complete; then, where stages are repeated
 * (D36), smaller ones without those who did not sign.
 */
function withheldSets(game: Game, arbitration: Arbitration, rule: 'D12' | 'D32'): readonly ArbiterSet[] {
  if (!holds(game, rule) || arbitration.complete.withheld !== NOBODY) return [];
  const held = arbitration.complete.noFault || (arbitration.late ?? NOBODY);
  const members = group(game, arbitration, 'noFault');
  if (members === NOBODY) return [];
  if (held === NOBODY) {
    // Without the second half of D12, whoever decided d = 0 signs, complete or not.
    if (holds(game, 'D12 held')) return [];
    return coherentSets(game.n, game.k).filter((set) => isWithin(set, members | game.corruptArbiters));
  }
  if (arbitration.repeated === 0) return [held];
  return coherentSets(game.n, game.k).filter((set) => {
    const left = without(held, set);
    return (
      isWithin(set, held) &&
      sizeOf(left) === arbitration.repeated &&
      isWithin(left, arbitration.failed.withheld)
    );
  });
}

/** One stage from Δ_2 on. */
export function afterRepeatedStage(
  game: Game,
  arbitration: Arbitration,
  rule: 'D12' | 'D32',
  signers: ArbiterSet,
): Arbitration {
  const sets = withheldSets(game, arbitration, rule);
  const next = withSignatures(game, arbitration, 'withheld', sets, signers);
  return { ...next, repeated: arbitration.repeated + 1 };
}

/** Stages from Δ_2 on. */
export const repeatedCount = (game: Game): number => (holds(game, 'D36') ? stageCount(game) : 1);

/** Whether a stage after Δ_2 asks anything of the coalition's arbiters. */
export const repeatedStageAsks = (game: Game, arbitration: Arbitration, rule: 'D12' | 'D32'): boolean =>
  game.corruptArbiters !== NOBODY && withheldSets(game, arbitration, rule).length > 0;
