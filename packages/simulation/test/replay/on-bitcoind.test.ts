import { describe, expect, it } from 'vitest';
import { expectSameAnswers } from '../../../bitcoin/test/differential/asked.ts';
import { LESSONS } from '../../src/lessons/catalogue.ts';
import { gamesOf } from '../../src/lessons/lesson.ts';
import { checkPlay, checkRandomPlays } from '../../src/replay/check-play.ts';
import { search } from '../../src/search/search.ts';

const { BITCOIND } = process.env;
/** Each on a bitcoind of its own: a second or two. */
const PLAYS = 25;
const SEED = 20_261_123;

describe.skipIf(BITCOIND === undefined)('plays of the model on a live bitcoind (needs BITCOIND)', () => {
  it('random ones: it takes each block, and says the same of each transaction at each height', async () => {
    const kinds = await expectSameAnswers(BITCOIND!, () => {
      for (const { prevented } of checkRandomPlays(PLAYS, SEED)) expect(prevented).toBeUndefined();
    });
    const all = ['block taken', 'test taken', 'test refused', 'submit taken'];
    expect([...kinds]).toEqual(expect.arrayContaining(all));
  });

  it('every losing one: what the chain refuses of an attack, and what it takes', async () => {
    // No contract can be built in which a Verifier gains by sleeping.
    const { sleepingVerifier: _, ...played } = LESSONS;
    const kinds = await expectSameAnswers(BITCOIND!, () => {
      for (const lesson of Object.values(played)) {
        const { without } = gamesOf(lesson);
        checkPlay(lesson.court, without, search(without).worstPlay(lesson.measure));
      }
    });
    expect(kinds).toContain('test refused');
  });
});
