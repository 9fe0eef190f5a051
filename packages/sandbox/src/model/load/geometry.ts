import type { Padding, Shape, Window } from '../graph.ts';

/** How a window moves over a tensor. */
export interface Sweep {
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
}

/** Cells of one row of a tensor of this shape. */
export function cellsOf({ height, width, channels }: Shape): number {
  return height * width * channels;
}

/** Places of the window: ⌊(size + padding − kernel) / stride⌋ + 1 on each axis; 0 or less where it does not fit. */
export function sweptWindow(shape: Shape, { kernel, stride, padding }: Sweep): Window {
  const height = shape.height + padding.top + padding.bottom - kernel.height;
  const width = shape.width + padding.left + padding.right - kernel.width;
  return { height: Math.floor(height / stride.height) + 1, width: Math.floor(width / stride.width) + 1 };
}

/** Whether any cell is added. */
export function isPadded({ top, left, bottom, right }: Padding): boolean {
  return top + left + bottom + right > 0;
}
