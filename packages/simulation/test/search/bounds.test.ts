import { describe, expect, it } from 'vitest';
import { COURTS, gamesOfCourt } from '../../src/search/all-games.ts';
import { search } from '../../src/search/search.ts';
import { coalitionName } from '../../src/search/table.ts';
import { violationsOf } from '../../src/search/violations.ts';

describe('M §What an honest party can lose: no coalition takes more, whatever it does', () => {
  for (const court of COURTS) {
    it(`${court.k} of ${court.n} arbiters agree`, () => {
      let plays = 0n;
      let states = 0;
      for (const game of gamesOfCourt(court)) {
        const result = search(game);
        plays += result.plays;
        states += result.states;
        expect(violationsOf(result), coalitionName(game)).toEqual([]);
      }
      // The search is not empty: a coalition of C, W and V alone has more choices than that.
      expect(plays).toBeGreaterThan(1_000_000n);
      expect(states).toBeGreaterThan(10_000);
    });
  }

  it('in every block, not only where something begins or ends', () => {
    const [court] = COURTS;
    const games = gamesOfCourt(court!).filter(({ corrupt }) => corrupt.size < 2);
    for (const game of games) {
      expect(violationsOf(search(game, { everyBlock: true })), coalitionName(game)).toEqual([]);
    }
  });

  it('finds what everybody gets when nobody cheats: #3', () => {
    const honest = gamesOfCourt({ n: 5, k: 4 })[0]!;
    expect(search(honest).worst).toMatchObject({
      'client, result': -100_000n,
      'client, no result': undefined,
      worker: 90_000n,
      verifier: 10_000n,
      arbiter: 1_000n,
    });
  });
});
