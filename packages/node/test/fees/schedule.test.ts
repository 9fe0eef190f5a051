import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduledRate } from '../../src/engine/fees/schedule.ts';

const policy = { feeRate: 2_000n, maxFeeRate: 50_000n, feeReserve: 1n };

describe('D16: the rate at every block', () => {
  it('begins at the start rate and reaches the highest halfway to the deadline, by equal steps', () => {
    const rates = Array.from({ length: 12 }, (_, i) =>
      scheduledRate({ first: 100, tip: 100 + i, confirmBy: 112, window: 24 }, policy),
    );
    expect(rates.slice(0, 7)).toEqual([2_000n, 10_000n, 18_000n, 26_000n, 34_000n, 42_000n, 50_000n]);
    expect(new Set(rates.slice(6))).toEqual(new Set([50_000n]));
  });

  it('takes Δ blocks where there is no deadline or a far one', () => {
    const at = (tip: number, confirmBy: number | null) =>
      scheduledRate({ first: 100, tip, confirmBy, window: 24 }, policy);
    expect([at(100, null), at(106, null), at(112, null)]).toEqual([2_000n, 26_000n, 50_000n]);
    expect([at(106, 900), at(112, 900)]).toEqual([26_000n, 50_000n]);
  });

  it('is the highest at once when one block is left, or none', () => {
    for (const confirmBy of [99, 100, 101])
      expect(scheduledRate({ first: 100, tip: 100, confirmBy, window: 24 }, policy)).toBe(50_000n);
  });

  it('never falls, rises at every block before it stands at the highest, and leaves half of the blocks for that', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 2, max: 300 }),
        fc.bigInt({ min: 100n, max: 10_000n }),
        fc.bigInt({ min: 20_000n, max: 1_000_000n }),
        (left, window, feeRate, maxFeeRate) => {
          const limits = { feeRate, maxFeeRate, feeReserve: 1n };
          const end = Math.min(left, window);
          let before = 0n;
          for (let tip = 0; tip < end; tip++) {
            const rate = scheduledRate({ first: 0, tip, confirmBy: left, window }, limits);
            expect(rate > before || rate === maxFeeRate).toBe(true);
            expect(rate >= feeRate && rate <= maxFeeRate).toBe(true);
            if (tip >= end / 2) expect(rate).toBe(maxFeeRate);
            before = rate;
          }
        },
      ),
    );
  });
});
