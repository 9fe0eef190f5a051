import { SandboxError } from '../../errors.ts';

/** Multipliers and the shift that they share. */
export interface Multipliers {
  readonly multipliers: readonly number[];
  readonly shift: number;
}

/** Multipliers are below 2^31. */
const MAX_MULTIPLIER = 2 ** 31;
/** F §Rounding: 1 ≤ S ≤ 62. */
const MAX_SHIFT = 62;

/**
 * The multipliers M and the shift S with M / 2^S nearest to the factors: S is the largest that all of them allow.
 *
 * @param factors - not negative
 * @param place - for a refusal
 * @throws SandboxError `onnx-unsupported` where a factor is so large that no shift allows it
 */
export function multipliersOf(factors: readonly number[], place: string): Multipliers {
  const most = factors.reduce((a, b) => Math.max(a, b), 0);
  let shift = MAX_SHIFT;
  while (shift >= 1 && Math.round(most * 2 ** shift) >= MAX_MULTIPLIER) shift--;
  if (shift < 1) {
    throw new SandboxError(
      'onnx-unsupported',
      `${place}: one step of its input is ${most} steps of its output`,
      { place },
    );
  }
  return { multipliers: factors.map((factor) => Math.round(factor * 2 ** shift)), shift };
}

/** The nearest int8, half upwards. */
export function toInt8(value: number): number {
  return Math.min(127, Math.max(-128, Math.round(value)));
}
