import type { Role } from '@prometheus-compute/protocol';
import { type Game, gameOf } from '../model/game.ts';
import type { Rule } from '../model/rules.ts';
import { type Court, shortTerms } from '../terms/terms.ts';

/** Courts that are searched: a majority and unanimity of three, and two sizes of quorum in five. */
export const COURTS: readonly Court[] = [
  { n: 3, k: 2 },
  { n: 3, k: 3 },
  { n: 5, k: 3 },
  { n: 5, k: 4 },
];

const COALITIONS: readonly (readonly Role[])[] = [
  [],
  ['client'],
  ['worker'],
  ['verifier'],
  ['client', 'worker'],
  ['client', 'verifier'],
  ['worker', 'verifier'],
  ['client', 'worker', 'verifier'],
];

/** Every coalition of C, W and V with fewer than k arbiters. */
export function gamesOfCourt(court: Court, off: readonly Rule[] = []): readonly Game[] {
  const terms = shortTerms(court);
  return COALITIONS.flatMap((roles) =>
    Array.from({ length: court.k }, (_, arbiters) => gameOf(terms, { roles, arbiters }, off)),
  );
}
