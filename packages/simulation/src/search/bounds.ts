import { assertNever, ROLES, share } from '@prometheus-compute/protocol';
import { indexesOf, sizeOf } from '../model/arbiter-set.ts';
import { type Game, isCorrupt } from '../model/game.ts';
import { canBlock, coalitionChange, type Outcome } from '../model/outcome.ts';

/**
 * A balance that the table of M §What an honest party can lose bounds. The Client's are three: it pays c for a result whose
 * sample was right, less the fee of a Verifier that did not check (D4), and nothing otherwise. `coalition` is what C, W, V
 * and their arbiters gain together, as a loss.
 */
export const MEASURES = [
  'client, result',
  'client, unchecked result',
  'client, no result',
  'worker',
  'verifier',
  'arbiter',
  'coalition',
] as const;
export type Measure = (typeof MEASURES)[number];

/** Measures of parties that are honest in this game. */
export function measuresOf(game: Game): readonly Measure[] {
  return MEASURES.filter((measure) => {
    switch (measure) {
      case 'client, result':
      case 'client, unchecked result':
      case 'client, no result':
        return !isCorrupt(game, 'client');
      case 'worker':
        return !isCorrupt(game, 'worker');
      case 'verifier':
        return !isCorrupt(game, 'verifier');
      case 'arbiter':
        return game.honestArbiters !== 0;
      case 'coalition':
        return game.corrupt.size === ROLES.length;
      default:
        return assertNever(measure);
    }
  });
}

/** The balance that a measure sees in an outcome, in satoshis; undefined when the outcome is not of its kind. */
export function measured(
  game: Game,
  measure: Measure,
  outcome: Outcome,
  settlement: string,
): bigint | undefined {
  const { changes, revealed, right, hasLock } = outcome;
  const result = revealed && right;
  // Only in #3 does V's fee depend on u_p.
  const unchecked = !hasLock && /^Tx4'?$/.test(settlement);
  switch (measure) {
    case 'client, result':
      return result && !unchecked ? changes.client : undefined;
    case 'client, unchecked result':
      return result && unchecked ? changes.client : undefined;
    case 'client, no result':
      return result ? undefined : changes.client;
    case 'worker':
    case 'verifier':
      return changes[measure];
    case 'arbiter':
      return indexesOf(game.honestArbiters)
        .map((index) => changes[`arbiter:${index}`]!)
        .toSorted((a, b) => (a < b ? -1 : 1))[0]!;
    case 'coalition':
      return -coalitionChange(game, changes);
    default:
      return assertNever(measure);
  }
}

/** The table of M §What an honest party can lose, in satoshis before fees. */
export function boundOf(game: Game, measure: Measure): bigint {
  const { parameters, contract, stakes } = game;
  const { w, v, epsilon, sigma } = parameters;
  const blocked = canBlock(game);
  const workerReward = share(sigma, contract.reward);
  switch (measure) {
    case 'client, result':
      return -contract.reward;
    case 'client, unchecked result':
      return -workerReward;
    case 'client, no result':
      return blocked ? -share(epsilon, contract.bond) : 0n;
    case 'worker':
      return blocked ? -share(epsilon, w) : workerReward;
    case 'verifier':
      return blocked ? -share(epsilon, v) : 0n;
    case 'arbiter':
      return blocked ? contract.retainer - share(epsilon, stakes[0]!) : contract.retainer;
    case 'coalition':
      // Only retainers come from outside of C, W and V; what others forfeit is F's.
      return -BigInt(sizeOf(game.corruptArbiters)) * contract.retainer;
    default:
      return assertNever(measure);
  }
}
