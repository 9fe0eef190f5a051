import type { WindowGeometry } from '@prometheus-compute/kernels';
import fc from 'fast-check';

/** A cell under a window: its place in the window, and in the image, or null where padding added it. */
export interface Cell {
  readonly ky: number;
  readonly kx: number;
  /** Index of the cell's first channel in the image. */
  readonly at: number | null;
}

/** Cells under every window of an image, window by window, each in the order of the kernel. */
export function windowsOf({ height, width, channels, kernel, stride, padding }: WindowGeometry): Cell[][] {
  const windows: Cell[][] = [];
  for (let top = -padding.top; top + kernel.height <= height + padding.bottom; top += stride.height) {
    for (let left = -padding.left; left + kernel.width <= width + padding.right; left += stride.width) {
      const cells: Cell[] = [];
      for (let ky = 0; ky < kernel.height; ky++) {
        for (let kx = 0; kx < kernel.width; kx++) {
          const [y, x] = [top + ky, left + kx];
          const inside = y >= 0 && y < height && x >= 0 && x < width;
          cells.push({ ky, kx, at: inside ? (y * width + x) * channels : null });
        }
      }
      windows.push(cells);
    }
  }
  return windows;
}

const side = (low: number, high: number) => fc.integer({ min: low, max: high });

/** Geometries with at least one window. @param pool - with less padding than kernel */
export function geometries(channels: fc.Arbitrary<number>, pool: boolean): fc.Arbitrary<WindowGeometry> {
  return fc
    .record({
      height: side(1, 7),
      width: side(1, 7),
      channels,
      kernel: fc.record({ height: side(1, 4), width: side(1, 4) }),
      stride: fc.record({ height: side(1, 3), width: side(1, 3) }),
      padding: fc.record({ top: side(0, 5), left: side(0, 5), bottom: side(0, 5), right: side(0, 5) }),
    })
    .map((geometry) => {
      if (!pool) return geometry;
      const { kernel, padding } = geometry;
      const vertical = (cells: number) => Math.min(cells, kernel.height - 1);
      const horizontal = (cells: number) => Math.min(cells, kernel.width - 1);
      return {
        ...geometry,
        padding: {
          top: vertical(padding.top),
          bottom: vertical(padding.bottom),
          left: horizontal(padding.left),
          right: horizontal(padding.right),
        },
      };
    })
    .filter((geometry) => windowsOf(geometry).length > 0);
}
