import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';

/** Most values of one tensor or matrix, and of anything counted. */
export const LARGEST = 2 ** 31 - 64;

/** How a window moves over images; values of an image are in the order height, width, channels. */
export interface WindowGeometry {
  /** Of an input image. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernel: { readonly height: number; readonly width: number };
  readonly stride: { readonly height: number; readonly width: number };
  readonly padding: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
}

/** What {@link windowPlan} works out. */
export interface WindowPlan {
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Windows of one image. */
  readonly positions: number;
  /** Cells of the window. */
  readonly cells: number;
  /** Values of an input image. */
  readonly imageLength: number;
}

/**
 * Sizes that follow from a geometry, which is checked.
 * @throws KernelError `value-out-of-range`
 */
export function windowPlan(geometry: WindowGeometry): WindowPlan {
  const { height, width, channels, kernel, stride, padding } = geometry;
  const positive = { height, width, channels };
  for (const [name, value] of Object.entries(positive)) count(name, value, 1, LARGEST);
  for (const [name, window] of Object.entries({ kernel, stride })) {
    count(`height of ${name}`, window.height, 1, LARGEST);
    count(`width of ${name}`, window.width, 1, LARGEST);
  }
  for (const [side, cells] of Object.entries(padding)) count(`padding ${side}`, cells, 0, LARGEST);
  const paddedHeight = count('padded height', height + padding.top + padding.bottom, kernel.height, LARGEST);
  const paddedWidth = count('padded width', width + padding.left + padding.right, kernel.width, LARGEST);
  const outputHeight = Math.floor((paddedHeight - kernel.height) / stride.height) + 1;
  const outputWidth = Math.floor((paddedWidth - kernel.width) / stride.width) + 1;
  return {
    outputHeight,
    outputWidth,
    positions: product('positions', LARGEST, outputHeight, outputWidth),
    cells: product('cells of the kernel', LARGEST, kernel.height, kernel.width),
    imageLength: product('image', LARGEST, height, width, channels),
  };
}

/** The plan of a pool, in which every window has a cell of the image. @throws KernelError `value-out-of-range` */
export function poolPlan(geometry: WindowGeometry): WindowPlan {
  const { kernel, padding } = geometry;
  const plan = windowPlan(geometry);
  count('padding top', padding.top, 0, kernel.height - 1);
  count('padding bottom', padding.bottom, 0, kernel.height - 1);
  count('padding left', padding.left, 0, kernel.width - 1);
  count('padding right', padding.right, 0, kernel.width - 1);
  return plan;
}

/** The geometry as assembly/geometry.ts reads it, in a new block. */
export function putGeometry(memory: Memory, geometry: WindowGeometry, plan: WindowPlan): Block<'int32'> {
  const { height, width, channels, kernel, stride, padding } = geometry;
  return memory.putInt32(
    Int32Array.of(
      ...[height, width, channels],
      ...[kernel.height, kernel.width, stride.height, stride.width],
      ...[padding.top, padding.left, plan.outputHeight, plan.outputWidth],
    ),
  );
}
