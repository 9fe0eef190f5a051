import { closestMatch } from 'leven';

/** A word that is at most this different may be what was meant. */
const MOST_EDITS = 3;

/** The word of a list that is most like `typed`, in letters of any size, if one is near enough to be what was meant. */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const known = new Map(Array.from(words, (word) => [word.toLowerCase(), word]));
  const maxDistance = Math.min(MOST_EDITS, Math.ceil(typed.length / 2));
  return known.get(closestMatch(typed.toLowerCase(), [...known.keys()], { maxDistance }) ?? '');
}
