/**
 * F §Rounding: the one rule: rq(v, M, S) = ⌊(v·M + 2^(S−1)) / 2^S⌋, half rounded up, with 64-bit integers. Computed here with
 * doubles: v·M = a·2^16 + b exactly, with M in two halves. Results beyond 2^53, where a double is no longer exact, are
 * clamped to an int8 whatever their last bits are.
 *
 * @param value - int32
 * @param multiplier - 0 ≤ M < 2^31
 * @param shift - 1 ≤ S ≤ 62
 */
export function requantised(value: number, multiplier: number, shift: number): number {
  const low = value * (multiplier & 0xffff);
  const carry = Math.floor(low / 65_536);
  const upper = value * (multiplier >>> 16) + carry;
  if (shift > 16) return Math.floor((upper + 2 ** (shift - 17)) / 2 ** (shift - 16));
  return upper * 2 ** (16 - shift) + Math.floor((low - carry * 65_536 + 2 ** (shift - 1)) / 2 ** shift);
}

/** The value at least `low` and at most `high` that is nearest. */
export function clamped(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
