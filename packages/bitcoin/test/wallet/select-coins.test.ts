import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DUST_LIMIT, type SelectionTarget, selectCoins, WalletError } from '../../src/index.ts';
import { coinsOf } from './coins.ts';

/** 10 sat for the transaction, 60 for an input, 40 for a change. */
const target = (amount: number, extra: Partial<SelectionTarget> = {}): SelectionTarget => ({
  amount: BigInt(amount),
  fee: (inputs, change) => BigInt(10 + 60 * inputs + (change ? 40 : 0)),
  ...extra,
});

const amounts = (coins: readonly { readonly amount: bigint }[]) => coins.map(({ amount }) => Number(amount));

describe('coin selection', () => {
  it('takes the smallest single coin that covers amount, fee and a change', () => {
    const selection = selectCoins(coinsOf(5_000_000, 20_000, 900_000, 1000), target(10_000));
    expect(amounts(selection.coins)).toEqual([20_000]);
    expect(selection).toMatchObject({ change: 20_000n - 10_000n - 110n, fee: 110n });
  });

  it('prefers one coin to an exact combination', () => {
    const selection = selectCoins(coinsOf(6000, 4130, 100_000), target(10_000));
    expect(amounts(selection.coins)).toEqual([100_000]);
  });

  it.each([
    [10_000 + 70, undefined, 70n],
    [10_000 + 70 + 40 + 329, undefined, 439n],
    [10_000 + 70 + 40 + 330, 330n, 110n],
  ])('one coin of %i: change %s, fee %i', (coin, change, fee) => {
    expect(selectCoins(coinsOf(coin), target(10_000))).toMatchObject({ change, fee });
  });

  it('combines coins without change when they fit', () => {
    const selection = selectCoins(coinsOf(7000, 5000, 3130, 9000), target(10_000));
    expect(amounts(selection.coins).sort()).toEqual([3130, 7000]);
    expect(selection).toMatchObject({ change: undefined, fee: 130n });
  });

  it('else takes the largest', () => {
    const selection = selectCoins(coinsOf(7000, 6000, 500, 800), target(10_000));
    expect(amounts(selection.coins)).toEqual([7000, 6000]);
    expect(selection).toMatchObject({ change: 13_000n - 10_000n - 170n, fee: 170n });
  });

  it('insufficient-funds says how much is missing', () => {
    let caught: unknown;
    try {
      selectCoins(coinsOf(4000, 5000), target(10_000));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(WalletError);
    expect(caught).toMatchObject({
      code: 'insufficient-funds',
      evidence: { needed: 10_130n, available: 9000n, missing: 1130n, coins: 2 },
    });
    expect((caught as Error).message).toContain('1130 sat are missing');
  });

  it('insufficient-funds: no coin at all, or one satoshi too little', () => {
    expect(() => selectCoins([], target(1))).toThrowError(WalletError);
    expect(() => selectCoins(coinsOf(10_069), target(10_000))).toThrowError(WalletError);
    expect(selectCoins(coinsOf(10_070), target(10_000)).fee).toBe(70n);
  });

  it('a limit on the inputs is kept', () => {
    const coins = coinsOf(5000, 5000, 5000);
    expect(selectCoins(coins, target(12_000)).coins).toHaveLength(3);
    expect(() => selectCoins(coins, target(12_000, { maxInputs: 2 }))).toThrowError(WalletError);
  });

  it('covers amount and fee exactly, or the coins cannot: random wallets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 12 }),
        fc.integer({ min: 330, max: 60_000 }),
        (values, amount) => {
          const plan = target(amount);
          const coins = coinsOf(...values);
          let selection: ReturnType<typeof selectCoins>;
          try {
            selection = selectCoins(coins, plan);
          } catch {
            // Then the coins worth their own input do not cover it either.
            const useful = values.filter((value) => value > 60).reduce((sum, value) => sum + value - 60, 0);
            expect(useful).toBeLessThan(amount + 10);
            return;
          }
          const total = selection.coins.reduce((sum, coin) => sum + coin.amount, 0n);
          expect(new Set(selection.coins).size).toBe(selection.coins.length);
          expect(total).toBe(plan.amount + selection.fee + (selection.change ?? 0n));
          expect(selection.fee >= plan.fee(selection.coins.length, selection.change !== undefined)).toBe(
            true,
          );
          if (selection.change !== undefined) expect(selection.change >= DUST_LIMIT).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
