import type { Party } from '../../contract/party.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { ArbitrationRecord, Content, Word } from './record.ts';

type About = Content['about'];
type Of<A extends About> = Extract<Content, { readonly about: A }>;

/** Whether two contents claim the same place: one claim, one commitment, one opening, one message for each stage. */
function samePlace(a: Content, b: Content): boolean {
  return a.about === b.about && (a.about !== 'stage' || b.about !== 'stage' || a.stage === b.stage);
}

/** What is known in the place of a content: nothing, one word, or two that void each other. */
export function inPlace(record: ArbitrationRecord, author: Party, content: Content): readonly Word[] {
  return record.words.filter((word) => word.author === author && samePlace(word.content, content));
}

/** Adds an accepted word; the same word twice is one. */
export function withWord(record: ArbitrationRecord, word: Word): ArbitrationRecord {
  const known = inPlace(record, word.author, word.content);
  if (known.some(({ sealed }) => equalBytes(sealed, word.sealed))) return record;
  return { ...record, words: [...record.words, word] };
}

/**
 * What an author said about something, if it said one thing only. Two different words void each other: whichever comes
 * first somewhere, all honest nodes come to the same, and a third word changes nothing.
 */
export function wordOf<A extends Exclude<About, 'stage'>>(
  record: ArbitrationRecord,
  author: Party,
  about: A,
): (Word & { readonly content: Of<A> }) | undefined {
  const said = record.words.filter((word) => word.author === author && word.content.about === about);
  return said.length === 1 ? (said[0] as Word & { readonly content: Of<A> }) : undefined;
}

/** Decisions that an arbiter signed in a stage; none where it posted nothing, or two different messages. */
export function givenIn(record: ArbitrationRecord, author: Party, stage: number): Of<'stage'>['given'] {
  const said = record.words.flatMap((word) =>
    word.author === author && word.content.about === 'stage' && word.content.stage === stage
      ? [word.content.given]
      : [],
  );
  return said.length === 1 ? said[0]! : [];
}
