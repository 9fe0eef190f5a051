import { fixed, type Hash32, taggedHash, text, u32 } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { challengeHash, detectionProbability, sampleChunks } from '../../src/index.ts';

const CHUNKS = 12;
const SAMPLED = 9;
/** The chunk that the Worker did not compute. */
const BAD = 7;
/** A sample of 9 of 12 finds one bad chunk three times in four. */
const DETECTION = detectionProbability(CHUNKS, SAMPLED, 1);
const TRIES = 400;
/** More than five standard deviations of as many tries. */
const TOLERANCE = 0.11;

const named = (name: string, i: number): Hash32 => taggedHash('test', text(name), u32(i));
const misses = (challenge: Hash32): boolean => !sampleChunks(challenge, CHUNKS, SAMPLED).includes(BAD);
/** The sample of the paper: a hash of the proof alone. */
const ofProof = (root: Hash32): Hash32 => taggedHash('challenge', fixed(root));

/** Tries commitments, say with other garbage in the bad chunk, until one is good enough. */
function ground(isGood: (root: Hash32) => boolean): Hash32 {
  for (let i = 0; ; i++) {
    const root = named('R', i);
    if (isGood(root)) return root;
  }
}

/** How often a challenge finds the bad chunk. */
function detected(challengeOf: (i: number) => Hash32): number {
  const found = Array.from({ length: TRIES }, (_, i) => misses(challengeOf(i))).filter((missed) => !missed);
  return found.length / TRIES;
}

describe('D10: a Worker that tries one commitment after the other does not choose its sample', () => {
  it('with a sample from the commitment alone it does', () => {
    const root = ground((candidate) => misses(ofProof(candidate)));
    expect(detected(() => ofProof(root))).toBe(0);
  });

  it('with seeds that are opened after R, every commitment is found out as often as any other', () => {
    expect(DETECTION).toBeCloseTo(0.75);
    const best = ground((candidate) => misses(ofProof(candidate)));
    const rate = detected((i) => challengeHash(best, named('s_C', i), named('s_V', i)));
    expect(Math.abs(rate - DETECTION)).toBeLessThan(TOLERANCE);
  });

  it.each([
    ['s_V', (root: Hash32, i: number) => challengeHash(root, named('s_C', i), named('s_V', 0))],
    ['s_C', (root: Hash32, i: number) => challengeHash(root, named('s_C', 0), named('s_V', i))],
  ] as const)('also for who knows %s before, since the other seed is not known', (_, challengeOf) => {
    // Good for four guesses of the seed that is not known; the true one is none of them.
    const best = ground((root) =>
      [1_000, 1_001, 1_002, 1_003].every((guess) => misses(challengeOf(root, guess))),
    );
    const rate = detected((i) => challengeOf(best, i));
    expect(Math.abs(rate - DETECTION)).toBeLessThan(TOLERANCE);
  });

  it('no other R has the sample of the one that was committed to', () => {
    const [sC, sV] = [named('s_C', 0), named('s_V', 0)];
    const samples = new Set(
      Array.from({ length: 50 }, (_, i) => sampleChunks(challengeHash(named('R', i), sC, sV), 60, 9).join()),
    );
    expect(samples.size).toBe(50);
  });
});
