import type { Padding, Shape, Window } from '../../src/index.ts';
import type { Generator } from './generator.ts';

/** How a window moves over a tensor. */
export interface Sweep {
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
}

/** Nothing added on most sides, up to `most` on the others. */
export function randomPadding(random: Generator, most: number): Padding {
  const side = () => (random.chance(0.4) ? random.integer(0, most) : 0);
  return { top: side(), left: side(), bottom: side(), right: side() };
}

export function randomStride(random: Generator): Window {
  return { height: random.integer(1, 3), width: random.integer(1, 3) };
}

/** A kernel of up to `most` that fits; larger than what is added beside it (`above`), where that is asked. */
export function randomKernel(
  random: Generator,
  shape: Shape,
  padding: Padding,
  most: number,
  above?: Padding,
): Window {
  const least = (...sides: number[]) => (above === undefined ? 1 : Math.max(...sides) + 1);
  const side = (smallest: number, room: number) =>
    Math.max(smallest, Math.min(room, random.integer(1, most)));
  return {
    height: side(least(padding.top, padding.bottom), shape.height + padding.top + padding.bottom),
    width: side(least(padding.left, padding.right), shape.width + padding.left + padding.right),
  };
}

/** Places of a window. */
export function sweep(shape: Shape, { kernel, stride, padding }: Sweep): Window {
  return {
    height: Math.floor((shape.height + padding.top + padding.bottom - kernel.height) / stride.height) + 1,
    width: Math.floor((shape.width + padding.left + padding.right - kernel.width) / stride.width) + 1,
  };
}

export function divisors(of: number): readonly number[] {
  return Array.from({ length: of }, (_, i) => i + 1).filter((divisor) => of % divisor === 0);
}

/** What an int8 is clamped to. */
export function randomRange(random: Generator): readonly [number, number] {
  const low = random.integer(-128, 100);
  return [low, random.integer(low, 127)];
}
