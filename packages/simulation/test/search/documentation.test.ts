import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COURTS, gamesOfCourt } from '../../src/search/all-games.ts';
import { search } from '../../src/search/search.ts';

const PAGE = new URL('../../../../docs/protocol/protocol.md', import.meta.url);

it('M §Honest strategy of each role: says how many states and plays `npm run search` looks at', () => {
  let states = 0;
  let plays = 0n;
  for (const game of COURTS.flatMap((court) => gamesOfCourt(court))) {
    const result = search(game);
    states += result.states;
    plays += result.plays;
  }
  const said = `In ${states.toLocaleString('en')} states and ${plays.toLocaleString('en')} plays it finds no loss`;
  expect(readFileSync(PAGE, 'utf8')).toContain(said);
});
