import { describe, expect, it } from 'vitest';
import { type CourtClock, isLate, mayClaim } from '../../../src/channel/arbitration/court.ts';
import { CourtPlay } from './court.ts';

/** The heights of an arbitration from HA, of the contracts with short times that the plays have. */
function fromAppeal(arbiters: 3 | 5 | 7): CourtClock {
  const { clock, height } = new CourtPlay({ arbiters, court: 'TxA', unsigned: true });
  const less = (at: number): number => at - height;
  const { claim, judge, commitment, openFrom, opening, payment, stages } = clock;
  return {
    claim: less(claim),
    judge: less(judge),
    commitment: less(commitment),
    openFrom: less(openFrom),
    opening: less(opening),
    payment: less(payment),
    stages: stages.map(({ from, until }) => ({ from: less(from), until: less(until) })),
  };
}

describe('M §Clock, from HA', () => {
  it('n = 5, k = 4, B = 6, Δ = Δ_S = 8, T_arb = 14', () => {
    expect(fromAppeal(5)).toEqual({
      claim: 8,
      judge: 15,
      commitment: 21,
      openFrom: 28,
      opening: 28,
      // Δ_1 = 28 and Δ_2 = 60, each with the stages j = 0, 1
      stages: [
        { from: 28, until: 29 },
        { from: 36, until: 37 },
        { from: 60, until: 61 },
        { from: 68, until: 69 },
      ],
      payment: 44,
    });
  });

  it('n = 7, k = 5, B = 7, Δ = Δ_S = 9, T_arb = 16', () => {
    expect(fromAppeal(7)).toEqual({
      claim: 9,
      judge: 17,
      commitment: 24,
      openFrom: 32,
      opening: 32,
      stages: [
        { from: 32, until: 33 },
        { from: 41, until: 42 },
        { from: 50, until: 51 },
        { from: 77, until: 78 },
        { from: 86, until: 87 },
        { from: 95, until: 96 },
      ],
      payment: 59,
    });
  });
});

describe('who may claim, and when a challenge is too late', () => {
  const appeal = { transaction: 'TxA', height: 500 } as const;
  const challenge = { transaction: 'TxAc', height: 500 } as const;

  it('D33: V and C on TxA, C alone on TxAc', () => {
    const claimants = (court: typeof appeal | typeof challenge) =>
      (['client', 'worker', 'verifier', 'arbiter:1'] as const).filter((party) => mayClaim(court, party));
    expect(claimants(appeal)).toEqual(['client', 'verifier']);
    expect(claimants(challenge)).toEqual(['client']);
  });

  it('a TxAc after HV + (t2−t1) takes back nothing; a TxA is never late', () => {
    expect(isLate(challenge, 356, 144)).toBe(false);
    expect(isLate(challenge, 355, 144)).toBe(true);
    expect(isLate(appeal, 355, 144)).toBe(false);
    expect(isLate(challenge, undefined, 144)).toBe(false);
  });
});
