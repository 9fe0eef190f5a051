import { taggedHash, toHex, u32 } from '@prometheus-compute/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleStream } from '../../src/challenge/sample.ts';
import { challengeHash, detectionProbability, sampleChunks } from '../../src/index.ts';
import { formatVectors, hash } from '../build/vectors.ts';

const challengeOf = (n: number) => taggedHash('test', u32(n));

describe('challenge and sample', () => {
  it('M §Bytes vectors: challenge', () => {
    const vectors = formatVectors<{ of: string; R: string; sC: string; sV: string }>('named').filter(
      ({ in: given }) => given.of === 'challenge',
    );
    expect(vectors).toHaveLength(1);
    for (const { in: given, out } of vectors) {
      expect(toHex(challengeHash(hash(given.R), hash(given.sC), hash(given.sV)))).toBe(out.digest);
    }
  });

  it('M §Bytes vectors: sampleStream', () => {
    for (const { in: given, out } of formatVectors<{ challenge: string; count: number }>('sampleStream')) {
      const stream = sampleStream(hash(given.challenge));
      const words = Array.from({ length: given.count }, () => String(stream.next().value));
      expect(words).toEqual(out.words);
    }
  });

  it('M §Bytes vectors: sample', () => {
    for (const { in: given, out } of formatVectors<{ challenge: string; N: number; m: number }>('sample')) {
      expect(sampleChunks(hash(given.challenge), given.N, given.m)).toEqual(out.sample);
    }
  });

  it('is the beginning of one permutation, whatever m', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat(), (chunks, a, seed) => {
        const challenge = challengeOf(seed);
        const permutation = sampleChunks(challenge, chunks, chunks);
        expect([...permutation].sort((x, y) => x - y)).toEqual(Array.from({ length: chunks }, (_, i) => i));
        const sampled = (a % chunks) + 1;
        expect(sampleChunks(challenge, chunks, sampled)).toEqual(permutation.slice(0, sampled));
      }),
      { numRuns: 60 },
    );
  });

  it('C16: refuses a sample of none or of more than there are', () => {
    for (const [chunks, sampled] of [
      [5, 0],
      [5, 6],
      [0, 0],
      [2 ** 32, 1],
      [5, 1.5],
    ] as const) {
      expect(() => sampleChunks(challengeOf(0), chunks, sampled)).toThrowError(
        expect.objectContaining({ code: 'sample-impossible' }),
      );
    }
  });
});

/** 1 − C(N−f, m)/C(N, m) by exact arithmetic, rounded once. */
function exactDetection(chunks: number, sampled: number, bad: number): number {
  let numerator = 1n;
  let denominator = 1n;
  for (let j = 0; j < sampled; j++) {
    numerator *= BigInt(Math.max(0, chunks - bad - j));
    denominator *= BigInt(chunks - j);
  }
  return Number(((denominator - numerator) << 200n) / denominator) / 2 ** 200;
}

describe('detection probability', () => {
  it('is 1 − C(N−f, m)/C(N, m)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), fc.nat(), (chunks, a, b) => {
        const sampled = (a % chunks) + 1;
        const bad = b % (chunks + 1);
        const exact = exactDetection(chunks, sampled, bad);
        expect(Math.abs(detectionProbability(chunks, sampled, bad) - exact)).toBeLessThanOrEqual(
          1e-12 * exact,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('neither overflows nor vanishes', () => {
    expect(detectionProbability(20, 20, 1)).toBe(1);
    expect(detectionProbability(20, 10, 0)).toBe(0);
    expect(detectionProbability(20, 10, 1)).toBeCloseTo(0.5, 12);
    expect(detectionProbability(4_294_967_295, 1, 1)).toBeCloseTo(1 / 4_294_967_295, 20);
    expect(detectionProbability(4_294_967_295, 1_000_000_000, 1_000_000_000)).toBe(1);
    expect(() => detectionProbability(5, 6, 1)).toThrowError(
      expect.objectContaining({ code: 'sample-impossible' }),
    );
  });

  it('is how often a bad chunk is really in the sample', () => {
    const caught = Array.from({ length: 400 }, (_, i) => sampleChunks(challengeOf(i), 10, 3)).filter(
      (sample) => sample.includes(0) || sample.includes(1),
    ).length;
    // 8/15 of 400 is 213, standard deviation 10: six of them on each side, for one fixed sequence of challenges
    expect(Math.abs(caught - 400 * detectionProbability(10, 3, 2))).toBeLessThan(60);
  });
});
