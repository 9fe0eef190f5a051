import { describe, expect, it } from 'vitest';
import {
  type Contract,
  contractViolations,
  DEFAULT_PARAMETERS,
  largestCiphertext,
  largestOpening,
  type RuleId,
  satoshi,
} from '../../src/index.ts';
import { fixtureContract } from '../fixtures/terms.ts';

const p = DEFAULT_PARAMETERS;
const codes = (changes: Partial<Contract>): readonly RuleId[] =>
  contractViolations(p, fixtureContract(p, changes)).map(({ code }) => code);
const limits = (outputBytes: number) => ({ memoryPages: 256, outputBytes, milliseconds: 30_000 });

describe('sizes that a contract allows', () => {
  it('a ciphertext is its output and a tag of 16 bytes; a failure record of 22 bytes always fits', () => {
    expect([0, 21, 22, 23, 65_536].map((bytes) => largestCiphertext(limits(bytes)))).toEqual([
      38, 38, 38, 39, 65_552,
    ]);
  });

  it('C21: an opening is 960 + m·(256 + 34·⌈log₂N⌉ + the longest output)', () => {
    const opening = (chunks: number, sampled: number, outputBytes: number) =>
      largestOpening({ scheme: 'replay', chunks, sampled, limits: limits(outputBytes) });
    expect(opening(1, 1, 100)).toBe(960 + 356);
    expect(opening(2, 1, 100)).toBe(960 + 390);
    expect(opening(1_000, 3, 100)).toBe(960 + 3 * (256 + 340 + 100));
    expect(opening(1_024, 3, 0)).toBe(960 + 3 * (256 + 340 + 22));
    expect(opening(1_025, 3, 0)).toBe(960 + 3 * (256 + 374 + 22));
    // A contract of no chunks breaks C16; its size has to be a number all the same.
    expect(opening(0, 1, 0)).toBe(960 + 278);
  });
});

describe('borders where both sides are equal', () => {
  it('C1: βv = σc', () => {
    // ⌊0.9·111 112⌋ = 100 000 = βv
    expect(codes({ reward: satoshi(111_111n) })).toEqual([]);
    expect(codes({ reward: satoshi(111_112n) })).toEqual([]);
    expect(codes({ reward: satoshi(111_113n) })).toEqual(['C1']);
  });

  it('C16: chunks are counted in whole numbers', () => {
    expect(codes({ sampled: 1.5 })).toContain('C16');
    expect(codes({ sampled: 1, chunks: 1.5 })).toContain('C16');
    expect(codes({ sampled: 1, chunks: 1 })).toEqual([]);
  });

  it.each([
    'deliveryBlocks',
    'relayBlocks',
    'stageBlocks',
    'arbitrationBlocks',
    'confirmationBlocks',
  ] as const)('C13: %s is a whole number of blocks', (name) => {
    expect(codes({ [name]: fixtureContract(p)[name] + 0.5 })).toContain('C13');
  });
});
