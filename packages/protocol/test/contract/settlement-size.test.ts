import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  DEFAULT_PARAMETERS,
  type GraphTransaction,
  largestSettlement,
  PLAIN_SETTLEMENTS,
  type SettlementId,
  satoshi,
  settlementVsize,
} from '../../src/index.ts';
import { validTerms } from '../fixtures/generate.ts';
import { fixtureTerms } from '../fixtures/terms.ts';

const isSettlement = ({ scheme }: GraphTransaction): boolean => scheme !== undefined;
const signersOf = ({ inputs }: GraphTransaction): number => {
  const { spend } = inputs[0]!;
  return spend.kind === 'leaf' ? spend.signers.length : 1;
};

describe('C17: the size of a settlement is known before the arbiters are', () => {
  it('as that of the transaction in the graph', () => {
    fc.assert(
      fc.property(validTerms(), (terms) => {
        for (const transaction of buildGraph(terms).transactions.values()) {
          if (!isSettlement(transaction)) continue;
          expect(settlementVsize(signersOf(transaction), transaction.outputs.length)).toBe(transaction.vsize);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('the largest is found among those that are asked for', () => {
    for (const n of [3, 5, 7, 11]) {
      const { parameters, contract, arbiters } = fixtureTerms(n);
      const stakes = arbiters.map(({ stake }) => stake.coin.amount);
      const settlements = [...buildGraph(fixtureTerms(n)).transactions.values()].filter(isSettlement);
      const ids = settlements.map(({ id }) => id as SettlementId);
      const sizes = settlements.map(({ vsize }) => vsize);
      expect(largestSettlement(parameters, contract, ids, stakes).vsize).toBe(Math.max(...sizes));
      for (const { id, vsize } of settlements) {
        const asked = id as SettlementId;
        expect(largestSettlement(parameters, contract, [asked], stakes)).toEqual({ id: asked, vsize });
      }
    }
  });

  it('with the defaults it is Tx6, of 646 vB; where none is asked for, the same', () => {
    const { parameters, contract, arbiters } = fixtureTerms();
    const stakes = arbiters.map(({ stake }) => stake.coin.amount);
    const largest = { id: 'Tx6', vsize: 646 };
    expect(largestSettlement(parameters, contract, PLAIN_SETTLEMENTS, stakes)).toEqual(largest);
    expect(largestSettlement(parameters, contract, [], stakes)).toEqual(largest);
    const few = { ...parameters, n: 3 };
    expect(largestSettlement(few, contract, [], []).vsize).toBe(settlementVsize(6, 7));
  });

  it('an output that would be dust is left out, and takes no room', () => {
    const { contract } = fixtureTerms();
    const whole = { ...DEFAULT_PARAMETERS, alpha: 10_000 };
    const { v } = DEFAULT_PARAMETERS;
    // W gets nothing: C, V and F are left.
    expect(largestSettlement(whole, contract, ['Tx1'], [v]).vsize).toBe(settlementVsize(3, 3));
    const small = { ...DEFAULT_PARAMETERS, w: satoshi(1_320n) };
    // αw = 330 is the least output there is.
    expect(largestSettlement(small, contract, ['Tx1'], [v]).vsize).toBe(settlementVsize(3, 4));
  });
});
