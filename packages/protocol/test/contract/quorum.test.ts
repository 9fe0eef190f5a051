import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkParameters,
  DEFAULT_PARAMETERS,
  type Parameters,
  parameterViolations,
  quorum,
  variants,
} from '../../src/index.ts';
import { fixtureHash } from '../fixtures/terms.ts';

const p = DEFAULT_PARAMETERS;

describe('D23: k = ⌈μn⌉ arbiters have to agree', () => {
  it('not as many as more than μ times those who do not: with n = 5 and μ = .6 these would be two', () => {
    const court: Parameters = { ...p, n: 5, mu: 6_000 };
    expect(parameterViolations(court)).toEqual([]);
    // |A⁺| > μ|A⁻|
    expect(2 > 0.6 * 3).toBe(true);
    expect(quorum(court)).toBe(3);
    expect(variants(5, quorum(court)).every((set) => set.length >= 3)).toBe(true);
  });

  it('so that two decisions always have an arbiter in common, which would have to sign both', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 11 }), fc.integer({ min: 5_001, max: 10_000 }), (n, mu) => {
        const k = quorum({ ...p, n, mu });
        expect(k * 10_000).toBeGreaterThanOrEqual(mu * n);
        expect((k - 1) * 10_000).toBeLessThan(mu * n);
        expect(2 * k).toBeGreaterThan(n);
      }),
    );
  });
});

describe('D28: nobody owns the fund', () => {
  it('P11: a P with an F that somebody could own is refused, but by an operator that allows it by name', () => {
    const owned = { ...p, F: fixtureHash('somebody') };
    expect(() => checkParameters(owned)).toThrow(expect.objectContaining({ code: 'P11' }));
    expect(() => checkParameters(owned, { allowSpendableFund: true })).not.toThrow();
    expect(() => checkParameters(p)).not.toThrow();
  });
});
