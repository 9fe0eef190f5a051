import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbiterIndex, arbiterParty, parties, ROLES } from '../../src/index.ts';

describe('parties of a contract', () => {
  it('are C, W, V, A_1..A_n: the order of the inputs of Tx0', () => {
    expect(parties(0)).toEqual(['client', 'worker', 'verifier']);
    expect(parties(3)).toEqual(['client', 'worker', 'verifier', 'arbiter:1', 'arbiter:2', 'arbiter:3']);
  });

  it('an arbiter is found by its index, and its index in its name', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 255 }), (index) => {
        expect(arbiterIndex(arbiterParty(index))).toBe(index);
        expect(parties(index).at(-1)).toBe(arbiterParty(index));
        expect(parties(index)).toHaveLength(index + 3);
      }),
      { numRuns: 50 },
    );
  });

  it.each(ROLES)('%s is no arbiter', (role) => {
    expect(arbiterIndex(role)).toBeUndefined();
  });
});
