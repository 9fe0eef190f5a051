import { count } from '../memory/numbers.ts';

/** How a sum becomes an int8: zeroPoint + (sum + 2^(shift−1)) >> shift, clamped to low … high. */
export interface Rounding {
  /** 1 to 62. */
  readonly shift: number;
  /** int8. */
  readonly zeroPoint: number;
  /** int8; −128 and 127 if left out. */
  readonly low?: number;
  readonly high?: number;
}

/** Checks a rounding. @throws KernelError `value-out-of-range` */
export function checkRounding({ shift, zeroPoint, low = -128, high = 127 }: Rounding): Required<Rounding> {
  count('shift', shift, 1, 62);
  int8('zeroPoint', zeroPoint);
  int8('low', low);
  count('high', high, low, 127);
  return { shift, zeroPoint, low, high };
}

/** @throws KernelError `value-out-of-range` */
export function int8(name: string, value: number): number {
  return count(name, value, -128, 127);
}

/** A multiplier of a rounded sum. @throws KernelError `value-out-of-range` */
export function multiplier(name: string, value: number): number {
  return count(name, value, 0, 2 ** 31 - 1);
}
