/** clamp(zeroPoint + (sum + 2^(shift−1)) >> shift, low, high), as the specification writes it. */
export function rounded(
  sum: bigint,
  {
    shift,
    zeroPoint,
    low = -128,
    high = 127,
  }: { shift: number; zeroPoint: number; low?: number; high?: number },
): number {
  const value = BigInt(zeroPoint) + ((sum + (1n << BigInt(shift - 1))) >> BigInt(shift));
  if (value < BigInt(low)) return low;
  return value > BigInt(high) ? high : Number(value);
}
