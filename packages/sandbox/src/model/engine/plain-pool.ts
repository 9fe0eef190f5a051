import type { AvgPoolNode, MaxPoolNode, Shape } from '../graph.ts';
import { sweptWindow } from '../load/geometry.ts';
import { clamped, requantised } from './rounding.ts';

/** What a pool makes of the cells under one window, channel by channel. */
type Reduce = (cells: readonly number[], input: Int8Array, output: Int8Array, at: number) => void;

/** Largest cell under each window. */
export function plainMaxPool(node: MaxPoolNode, shape: Shape, input: Int8Array, rows: number): Int8Array {
  return swept(node, shape, input, rows, (cells, from, output, at) => {
    for (let channel = 0; channel < shape.channels; channel++) {
      let most = -128;
      for (const cell of cells) most = Math.max(most, from[cell + channel]!);
      output[at + channel] = most;
    }
  });
}

/** Mean of the cells under each window. */
export function plainAvgPool(node: AvgPoolNode, shape: Shape, input: Int8Array, rows: number): Int8Array {
  const { inputZeroPoint, multipliers, shift, zeroPoint, countPadding } = node;
  return swept(node, shape, input, rows, (cells, from, output, at) => {
    const counted = countPadding ? multipliers.length : cells.length;
    const multiplier = multipliers[counted - 1]!;
    for (let channel = 0; channel < shape.channels; channel++) {
      let sum = 0;
      for (const cell of cells) sum += from[cell + channel]! - inputZeroPoint;
      output[at + channel] = clamped(zeroPoint + requantised(sum, multiplier, shift), -128, 127);
    }
  });
}

function swept(
  node: MaxPoolNode | AvgPoolNode,
  shape: Shape,
  input: Int8Array,
  rows: number,
  reduce: Reduce,
): Int8Array {
  const window = sweptWindow(shape, node);
  const output = new Int8Array(rows * window.height * window.width * shape.channels);
  const length = shape.height * shape.width * shape.channels;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let y = 0; y < window.height; y++) {
      for (let x = 0; x < window.width; x++, at += shape.channels) {
        reduce(cellsUnder(node, shape, row * length, y, x), input, output, at);
      }
    }
  }
  return output;
}

/** Where the cells of the tensor itself begin that the window at (y, x) covers. */
function cellsUnder(
  { kernel, stride, padding }: MaxPoolNode | AvgPoolNode,
  { height, width, channels }: Shape,
  row: number,
  y: number,
  x: number,
): readonly number[] {
  const top = y * stride.height - padding.top;
  const left = x * stride.width - padding.left;
  const cells: number[] = [];
  for (let cellY = Math.max(0, top); cellY < Math.min(height, top + kernel.height); cellY++) {
    for (let cellX = Math.max(0, left); cellX < Math.min(width, left + kernel.width); cellX++) {
      cells.push(row + (cellY * width + cellX) * channels);
    }
  }
  return cells;
}
