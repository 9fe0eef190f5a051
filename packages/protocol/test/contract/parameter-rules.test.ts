import { describe, expect, it } from 'vitest';
import {
  checkParameters,
  DEFAULT_PARAMETERS,
  type Parameters,
  parameterViolations,
  quorum,
  RuleError,
  type RuleId,
  satoshi,
  variantCount,
  variants,
} from '../../src/index.ts';
import { fixtureHash } from '../fixtures/terms.ts';

const codes = (changes: Partial<Parameters>): readonly RuleId[] =>
  parameterViolations({ ...DEFAULT_PARAMETERS, ...changes }).map(({ code }) => code);
const MAX_56 = (1n << 56n) as Parameters['a'];

type Case = readonly [RuleId, string, accepted: Partial<Parameters>, refused: Partial<Parameters>];

// One row per rule and border: accepted at the border, refused one step behind it.
const BORDERS: readonly Case[] = [
  ['P1', 'α > 0', { alpha: 1 }, { alpha: 0 }],
  ['P1', 'α ≤ 1', { alpha: 10_000 }, { alpha: 10_001 }],
  ['P1', 'β > 0', { beta: 1 }, { beta: 0 }],
  ['P1', 'β ≤ 1', { beta: 10_000 }, { beta: 10_001 }],
  ['P2', 'γ > 0', { gamma: 1 }, { gamma: 0 }],
  ['P2', 'γ < ε', { gamma: 1_999 }, { gamma: 2_000 }],
  ['P2', 'ε ≤ 1', { epsilon: 10_000 }, { epsilon: 10_001 }],
  ['P3', 'δ > 0', { delta: 1 }, { delta: 0 }],
  ['P3', 'δ < 1', { delta: 9_999 }, { delta: 10_000 }],
  ['P4', 'μ > 1/2', { mu: 5_001 }, { mu: 5_000 }],
  ['P4', 'μ ≤ 1', { mu: 10_000 }, { mu: 10_001 }],
  ['P5', 'σ > 0', { sigma: 1 }, { sigma: 0 }],
  ['P5', 'σ < 1', { sigma: 9_999 }, { sigma: 10_000 }],
  ['P6', 'w ≤ v', { w: satoshi(500_000n) }, { w: satoshi(500_001n) }],
  ['P6', 'v < a', { v: satoshi(4_999_999n) }, { v: satoshi(5_000_000n) }],
  ['P7', 'n ≥ 3', { n: 3 }, { n: 2 }],
  ['P7', 'n ≤ 11', { n: 11, mu: 7_200 }, { n: 12, mu: 10_000 }],
  ['P8', 'k ≤ n', { mu: 10_000 }, { mu: 10_001 }],
  ['P9', 't1 ≥ 1', { t1: 1 }, { t1: 0 }],
  ['P9', 't1 < t2', { t1: 431 }, { t1: 432 }],
  ['P9', 't2 < t3', { t2: 575 }, { t2: 576 }],
  ['P9', 't3 < t4', { t3: 1_151 }, { t3: 1_152 }],
  ['P9', 't4 ≤ 65535', { t4: 65_535 }, { t4: 65_536 }],
  ['P10', 'at most 256 sets S', { n: 9, mu: 5_001 }, { n: 10, mu: 6_000 }],
  ['P12', 'w > 0', { w: satoshi(1n) }, { w: satoshi(0n) }],
  ['P12', 'w < 2^56', { w: satoshi(500_000n) }, { w: MAX_56 }],
  ['P12', 'v < 2^56', { v: satoshi(500_000n) }, { v: MAX_56 }],
  ['P12', 'a < 2^56', { a: (MAX_56 - 1n) as Parameters['a'] }, { a: MAX_56 }],
];

describe('rules on P (T §Constraints)', () => {
  it('the default P keeps all of them', () => {
    expect(parameterViolations(DEFAULT_PARAMETERS)).toEqual([]);
    expect(() => checkParameters(DEFAULT_PARAMETERS)).not.toThrow();
  });

  it.each(BORDERS)('%s: %s', (id, _, accepted, refused) => {
    expect(codes(accepted)).toEqual([]);
    expect(codes(refused)).toContain(id);
  });

  it('P12: the largest amounts that 7 bytes hold', () => {
    const most = (MAX_56 - 1n) as Parameters['a'];
    const below = (MAX_56 - 2n) as Parameters['a'];
    expect(codes({ w: below, v: below, a: most })).toEqual([]);
    expect(codes({ w: most, v: most, a: MAX_56 })).toEqual(['P12']);
  });

  it('P11: F is the NUMS key, or this P is allowed by name', () => {
    const p = { ...DEFAULT_PARAMETERS, F: fixtureHash('somebody') };
    expect(parameterViolations(p).map(({ code }) => code)).toEqual(['P11']);
    expect(parameterViolations(p, { allowSpendableFund: true })).toEqual([]);
  });

  it('a refusal names the rule, the values, and what to do', () => {
    const refused = { ...DEFAULT_PARAMETERS, gamma: 2_000 };
    const [error] = parameterViolations(refused);
    expect(error).toBeInstanceOf(RuleError);
    expect(error!.message).toBe('Rule P2 is broken: 0 < γ < ε ≤ 1 (gamma = 2000, epsilon = 2000).');
    expect(error!.remedy).toMatch(/another P/);
    expect(() => checkParameters(refused)).toThrow(expect.objectContaining({ code: 'P2' }));
  });

  it('a fraction that is no integer of basis points is refused', () => {
    expect(codes({ alpha: 2_500.5 })).toEqual(['P1']);
    expect(codes({ t1: 288.5 })).toEqual(['P9']);
  });
});

describe('coherent sets (D23)', () => {
  it('k = ⌈μn⌉ in integers', () => {
    expect(quorum({ n: 5, mu: 7_000 })).toBe(4);
    expect(quorum({ n: 10, mu: 7_000 })).toBe(7);
    expect(quorum({ n: 3, mu: 5_001 })).toBe(2);
    expect(quorum({ n: 11, mu: 10_000 })).toBe(11);
  });

  it('variants are distinct, ascending, of size k..n, larger first, and as many as counted', () => {
    for (let n = 3; n <= 11; n++) {
      for (let k = Math.floor(n / 2) + 1; k <= n; k++) {
        const sets = variants(n, k);
        expect(sets).toHaveLength(variantCount(n, k));
        expect(new Set(sets.map((set) => set.join('.'))).size).toBe(sets.length);
        for (const [i, set] of sets.entries()) {
          expect(set.length).toBeGreaterThanOrEqual(k);
          expect(set.length).toBeLessThanOrEqual(sets[Math.max(0, i - 1)]!.length);
          expect(set.every((index, j) => index >= 1 && index <= n && index > (set[j - 1] ?? 0))).toBe(true);
        }
      }
    }
    expect(variants(5, 4)).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4],
      [1, 2, 3, 5],
      [1, 2, 4, 5],
      [1, 3, 4, 5],
      [2, 3, 4, 5],
    ]);
  });
});
