import { startBitcoind } from '@prometheus-compute/bitcoin';
import { describe, expect, it } from 'vitest';
import { LESSONS } from '../../src/lessons/catalogue.ts';
import { gamesOf } from '../../src/lessons/lesson.ts';
import { checkPlay, checkRandomPlays } from '../../src/replay/check-play.ts';
import { search } from '../../src/search/search.ts';
import { answerOf, askedDuring } from './asked.ts';

const { BITCOIND } = process.env;
/** Each on a bitcoind of its own: a second or two. */
const PLAYS = 25;
const SEED = 20_261_123;
/** Blocks of the plays have times of their own, years ago. */
const OLDEST_TIP = 2_000_000_000;

/** Asks a fresh bitcoind whatever a development chain is asked by these plays, and expects the same. @returns what was asked */
async function expectSameAnswers(plays: () => void): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  for (const asked of askedDuring(plays)) {
    const { client, stop } = await startBitcoind(BITCOIND!, [`-maxtipage=${OLDEST_TIP}`]);
    try {
      for (const each of asked) {
        expect(await answerOf(client, each), each.kind).toBe(each.reason);
        kinds.add(`${each.kind} ${each.reason === undefined ? 'taken' : 'refused'}`);
      }
    } finally {
      await stop();
    }
  }
  return kinds;
}

describe.skipIf(BITCOIND === undefined)('plays of the model on a live bitcoind (needs BITCOIND)', () => {
  it('random ones: it takes each block, and says the same of each transaction at each height', async () => {
    const kinds = await expectSameAnswers(() => {
      for (const { prevented } of checkRandomPlays(PLAYS, SEED)) expect(prevented).toBeUndefined();
    });
    const all = ['block taken', 'test taken', 'test refused', 'submit taken'];
    expect([...kinds]).toEqual(expect.arrayContaining(all));
  });

  it('every losing one: what the chain refuses of an attack, and what it takes', async () => {
    // No contract can be built in which a Verifier gains by sleeping.
    const { sleepingVerifier: _, ...played } = LESSONS;
    const kinds = await expectSameAnswers(() => {
      for (const lesson of Object.values(played)) {
        const { without } = gamesOf(lesson);
        checkPlay(lesson.court, without, search(without).worstPlay(lesson.measure));
      }
    });
    expect(kinds).toContain('test refused');
  });
});
