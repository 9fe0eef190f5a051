import { KernelError } from '../errors.ts';

/** A whole number within bounds. @throws KernelError `value-out-of-range` */
export function count(name: string, value: number, low: number, high: number): number {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
  throw new KernelError('value-out-of-range', `${name} is ${value}.`, {
    evidence: { name, value, low, high },
    remedy: `Pass a whole number from ${low} to ${high}.`,
  });
}

/** A product of whole numbers that may not exceed `high`. @throws KernelError `value-out-of-range` */
export function product(name: string, high: number, ...factors: readonly number[]): number {
  return count(
    name,
    factors.reduce((result, factor) => result * factor, 1),
    0,
    high,
  );
}
