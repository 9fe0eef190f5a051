import type { AddNode, ConcatNode, RequantNode, TableNode } from '../graph.ts';
import { clamped, requantised } from './rounding.ts';

/** int32 → int8, channel by channel. */
export function plainRequant(
  { multipliers, negative, shift, zeroPoint, low, high }: RequantNode,
  input: Int32Array,
): Int8Array {
  const channels = multipliers.length;
  const output = new Int8Array(input.length);
  for (let at = 0; at < input.length; ) {
    for (let channel = 0; channel < channels; channel++, at++) {
      const value = input[at]!;
      const multiplier = (value < 0 && negative !== null ? negative : multipliers)[channel]!;
      output[at] = clamped(zeroPoint + requantised(value, multiplier, shift), low, high);
    }
  }
  return output;
}

export function plainTable({ table }: TableNode, input: Int8Array): Int8Array {
  return input.map((value) => table[value + 128]!);
}

/** Sums below 2^9 · 2^31 · 2, which a double holds. */
export function plainAdd(
  { inputZeroPoints, multipliers, shift, zeroPoint, low, high }: AddNode,
  a: Int8Array,
  b: Int8Array,
): Int8Array {
  const half = 2 ** (shift - 1);
  const whole = 2 ** shift;
  return a.map((value, at) => {
    const sum =
      (value - inputZeroPoints[0]) * multipliers[0] + (b[at]! - inputZeroPoints[1]) * multipliers[1];
    return clamped(zeroPoint + Math.floor((sum + half) / whole), low, high);
  });
}

/** @param channels - of each input */
export function plainConcat(
  { inputZeroPoints, multipliers, shift, zeroPoint }: ConcatNode,
  inputs: readonly Int8Array[],
  channels: readonly number[],
): Int8Array {
  const width = channels.reduce((sum, count) => sum + count, 0);
  const output = new Int8Array(inputs.reduce((sum, { length }) => sum + length, 0));
  let first = 0;
  for (const [i, input] of inputs.entries()) {
    const count = channels[i]!;
    for (const [at, value] of input.entries()) {
      const place = Math.floor(at / count) * width + first + (at % count);
      const scaled = requantised(value - inputZeroPoints[i]!, multipliers[i]!, shift);
      output[place] = clamped(zeroPoint + scaled, -128, 127);
    }
    first += count;
  }
  return output;
}

/** Number of the largest of each `length` cells; the lowest of several. */
export function plainArgmax(input: Int8Array | Int32Array, length: number): Int32Array {
  return Int32Array.from({ length: input.length / length }, (_, row) => {
    let best = 0;
    for (let at = 1; at < length; at++)
      if (input[row * length + at]! > input[row * length + best]!) best = at;
    return best;
  });
}
