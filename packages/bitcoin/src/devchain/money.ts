/** An amount as Core prints it in messages: bitcoin with two to eight decimals. */
export function formatMoney(satoshis: bigint): string {
  const sign = satoshis < 0n ? '-' : '';
  const absolute = satoshis < 0n ? -satoshis : satoshis;
  const decimals = (absolute % 100_000_000n)
    .toString()
    .padStart(8, '0')
    .replace(/0{1,6}$/, '');
  return `${sign}${absolute / 100_000_000n}.${decimals}`;
}

/** An amount as Core's RPC prints it: bitcoin with exactly eight decimals. */
export function formatBitcoin(satoshis: bigint): string {
  const sign = satoshis < 0n ? '-' : '';
  const absolute = satoshis < 0n ? -satoshis : satoshis;
  return `${sign}${absolute / 100_000_000n}.${(absolute % 100_000_000n).toString().padStart(8, '0')}`;
}

/** A fee for a size; weight and virtual size both occur as sizes, never mixed. */
export interface FeeRate {
  readonly fee: bigint;
  readonly size: number;
}

/** Satoshis that `rate` asks for `size`, rounded up, as Core rounds required fees. */
export function feeAt(rate: FeeRate, size: number): bigint {
  if (rate.size === 0) return 0n;
  const product = rate.fee * BigInt(size);
  const divisor = BigInt(rate.size);
  return (product + divisor - 1n) / divisor;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareFeeRates(a: FeeRate, b: FeeRate): number {
  const difference = a.fee * BigInt(b.size) - b.fee * BigInt(a.size);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Satoshis per 1000 of the size, rounded down, as Core reports a feerate. */
export function perThousand(rate: FeeRate): bigint {
  return rate.size === 0 ? 0n : (rate.fee * 1000n) / BigInt(rate.size);
}
