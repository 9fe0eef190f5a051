import { describe, expect, it } from 'vitest';
import { agrees, checkRandomPlays } from '../../src/replay/check-play.ts';

/** Fewer than `npm run search -- --replay 1000`; the seed changes with nothing. */
const PLAYS = 80;
const SEED = 20_260_101;

describe('random plays on the development chain', () => {
  it('every transaction is accepted exactly when the model says so, and every balance is the same', () => {
    const ends = new Set<string>();
    for (const check of checkRandomPlays(PLAYS, SEED)) {
      expect(check.prevented).toBeUndefined();
      expect(check.chain?.changes).toEqual(check.model.changes);
      expect(agrees(check), check.end).toBe(true);
      ends.add(check.end.split(':')[0]!);
    }
    // Plays of every kind: with and without a verdict, an appeal, a decision.
    expect([...ends]).toEqual(expect.arrayContaining(['Tx4', "Tx4'", 'Tx7', 'Tx8', 'Tx7c', 'Tx6']));
  });
});
