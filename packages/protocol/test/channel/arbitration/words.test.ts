import { describe, expect, it } from 'vitest';
import type { Content, Word } from '../../../src/channel/arbitration/record.ts';
import { NO_ARBITRATION } from '../../../src/channel/arbitration/record.ts';
import { givenIn, inPlace, withWord, wordOf } from '../../../src/channel/arbitration/words.ts';
import { fixtureHash } from '../../fixtures/terms.ts';

/** A word of the first arbiter. */
const word = (name: string, content: Content): Word => ({
  author: 'arbiter:1',
  sealed: fixtureHash(name),
  content,
});

const commitment = (name: string) => word(name, { about: 'commitment', commitment: fixtureHash(name) });
const opening = word('opening', { about: 'opening', decision: 1, nonce: fixtureHash('nonce') });
const stage = (of: number) => word(`stage ${of}`, { about: 'stage', stage: of, given: ['Tx7:1.2.3'] });

const said = (...words: readonly Word[]) => words.reduce(withWord, NO_ARBITRATION);

describe('M §Claims: what an author has said', () => {
  it('nobody has said or done anything before TxA or TxAc', () => {
    expect(NO_ARBITRATION).toMatchObject({ words: [], done: [], signing: [] });
  });

  it('the same word twice is one, and counts', () => {
    const once = commitment('a');
    const record = said(once, once);
    expect(record.words).toEqual([once]);
    expect(wordOf(record, 'arbiter:1', 'commitment')).toEqual(once);
  });

  it('two different words void each other', () => {
    expect(wordOf(said(commitment('a'), commitment('b')), 'arbiter:1', 'commitment')).toBeUndefined();
  });

  it('a commitment and an opening stand beside each other', () => {
    const record = said(commitment('a'), opening);
    expect(inPlace(record, 'arbiter:1', opening.content)).toEqual([opening]);
    expect(wordOf(record, 'arbiter:1', 'commitment')).toEqual(commitment('a'));
  });

  it('there is one place for each stage', () => {
    const record = said(stage(0), stage(1));
    expect(inPlace(record, 'arbiter:1', stage(1).content)).toEqual([stage(1)]);
    expect(inPlace(record, 'arbiter:1', stage(2).content)).toEqual([]);
    expect(givenIn(record, 'arbiter:1', 0)).toEqual(['Tx7:1.2.3']);
    expect(givenIn(record, 'arbiter:1', 2)).toEqual([]);
    expect(givenIn(record, 'arbiter:2', 0)).toEqual([]);
  });
});
