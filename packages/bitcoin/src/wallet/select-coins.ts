import { WalletError } from './errors.ts';
import { DUST_LIMIT } from './sizes.ts';
import { coinName, type WalletCoin } from './wallet-coin.ts';

/** What coins are to be chosen for. */
export interface SelectionTarget {
  /** Satoshis that the outputs other than change hold, less what inputs beside the chosen ones bring. */
  readonly amount: bigint;
  /**
   * Satoshis of fee for a transaction with so many chosen inputs, without or with a change output.
   */
  readonly fee: (inputs: number, change: boolean) => bigint;
  /** The most coins that may be chosen. */
  readonly maxInputs?: number;
}

/** Coins that cover a target. */
export interface CoinSelection {
  readonly coins: readonly WalletCoin[];
  /** Satoshis; undefined when there is none. Never below the dust limit. */
  readonly change: bigint | undefined;
  /** Satoshis, with what is too little for a change output. */
  readonly fee: bigint;
}

/** Combinations that the search for an exact match tries: bounds the time with many coins. */
const MAX_TRIES = 20_000;

/**
 * Chooses coins: the smallest one that covers everything alone (every party brings one input and at most one change,
 * T §Tx0), else a combination that needs no change, else the largest ones.
 *
 * @throws WalletError `insufficient-funds`
 */
export function selectCoins(coins: readonly WalletCoin[], target: SelectionTarget): CoinSelection {
  const sorted = [...coins].sort(compareCoins);
  return (
    selectSingle(sorted, target) ??
    selectExact(sorted, target) ??
    selectLargest(sorted, target) ??
    refuse(sorted, target)
  );
}

/** Largest first; ties by name, so that equal wallets choose equally. */
function compareCoins(a: WalletCoin, b: WalletCoin): number {
  if (a.amount !== b.amount) return a.amount > b.amount ? -1 : 1;
  return coinName(a) < coinName(b) ? -1 : 1;
}

function selectSingle(sorted: readonly WalletCoin[], target: SelectionTarget): CoinSelection | undefined {
  for (const coin of sorted.toReversed()) {
    const selection = complete([coin], target);
    if (selection !== undefined) return selection;
  }
  return undefined;
}

/** The selection that these coins make, when they cover the target. */
function complete(chosen: readonly WalletCoin[], target: SelectionTarget): CoinSelection | undefined {
  if (chosen.length > (target.maxInputs ?? chosen.length)) return undefined;
  const total = chosen.reduce((sum, coin) => sum + coin.amount, 0n);
  const change = total - target.amount - target.fee(chosen.length, true);
  if (change >= DUST_LIMIT) return { coins: chosen, change, fee: target.fee(chosen.length, true) };
  const fee = total - target.amount;
  return fee >= target.fee(chosen.length, false) ? { coins: chosen, change: undefined, fee } : undefined;
}

/** Branch and bound for coins whose excess is at most what a change output and spending it would cost. */
function selectExact(sorted: readonly WalletCoin[], target: SelectionTarget): CoinSelection | undefined {
  const perInput = target.fee(2, false) - target.fee(1, false);
  const tolerance = target.fee(1, true) - target.fee(1, false) + perInput;
  const wanted = target.amount + target.fee(0, false);
  const values = sorted.map((coin) => coin.amount - perInput);
  let remaining = values.reduce((sum, value) => (value > 0n ? sum + value : sum), 0n);
  const limit = target.maxInputs ?? sorted.length;
  let tries = 0;
  let best: { readonly coins: readonly WalletCoin[]; readonly excess: bigint } | undefined;
  const chosen: WalletCoin[] = [];
  const search = (index: number, total: bigint): void => {
    if (tries++ > MAX_TRIES || total > wanted + tolerance || total + remaining < wanted) return;
    if (total >= wanted) {
      if (best === undefined || total - wanted < best.excess)
        best = { coins: [...chosen], excess: total - wanted };
      return;
    }
    const coin = sorted[index];
    const value = values[index];
    if (coin === undefined || value === undefined || value <= 0n) return;
    remaining -= value;
    if (chosen.length < limit) {
      chosen.push(coin);
      search(index + 1, total + value);
      chosen.pop();
    }
    search(index + 1, total);
    remaining += value;
  };
  search(0, 0n);
  if (best === undefined) return undefined;
  const total = best.coins.reduce((sum, coin) => sum + coin.amount, 0n);
  const fee = total - target.amount;
  return fee >= target.fee(best.coins.length, false)
    ? { coins: best.coins, change: undefined, fee }
    : undefined;
}

function selectLargest(sorted: readonly WalletCoin[], target: SelectionTarget): CoinSelection | undefined {
  for (let count = 2; count <= Math.min(sorted.length, target.maxInputs ?? sorted.length); count++) {
    const selection = complete(sorted.slice(0, count), target);
    if (selection !== undefined) return selection;
  }
  return undefined;
}

function refuse(sorted: readonly WalletCoin[], target: SelectionTarget): never {
  const usable = sorted.slice(0, target.maxInputs ?? sorted.length);
  const available = usable.reduce((sum, coin) => sum + coin.amount, 0n);
  const needed = target.amount + target.fee(Math.max(usable.length, 1), false);
  const missing = needed > available ? needed - available : 0n;
  throw new WalletError(
    'insufficient-funds',
    `${needed} sat are needed with fees, ${available} sat are confirmed and free: ${missing} sat are missing`,
    {
      evidence: { needed, available, missing, coins: usable.length },
      remedy: `Send at least ${missing} sat to the wallet and wait for a confirmation.`,
    },
  );
}
