import { CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUTPUT_HEIGHT, OUTPUT_WIDTH } from './geometry';
import { lower } from './lower';
import { multiplyBlock } from './multiply';

/**
 * Convolution as a matrix product, block by block of output positions: c[images][positions][groups · columns].
 *
 * @param x - int8 [images][height][width][channels]; up to 7 bytes behind it are read and do not count
 * @param g - geometry
 * @param b - packed weights, group by group
 * @param bias - int32 [groups · columns], or 0
 * @param columns - output channels of a group
 * @param block - scratch for int16 [blockRows][depth rounded up to 4] and 16 bytes more
 * @param edge - 160 bytes of scratch
 * @param blockRows - a multiple of 4
 */
export function conv(
  x: usize, g: usize, b: usize, bias: usize, c: usize, images: i32, columns: i32, groups: i32, padValue: i32,
  block: usize, edge: usize, blockRows: i32,
): void {
  const own = load<i32>(g, CHANNELS) / groups;
  const depth = load<i32>(g, KERNEL_HEIGHT) * load<i32>(g, KERNEL_WIDTH) * own;
  const paddedDepth = (depth + 3) & ~3;
  const positions = images * load<i32>(g, OUTPUT_HEIGHT) * load<i32>(g, OUTPUT_WIDTH);
  const cStride = <usize>(columns * groups) << 2;
  const groupBytes = (<usize>paddedDepth << 4) * <usize>((columns + 7) >> 3);
  for (let from = 0; from < positions; from += blockRows) {
    const part = min(positions - from, blockRows);
    for (let group = 0; group < groups; group++) {
      const column = <usize>(group * columns) << 2;
      lower(x, g, from, part, group * own, own, padValue, block, <usize>paddedDepth << 1);
      multiplyBlock(
        block, b + <usize>group * groupBytes, bias == 0 ? 0 : bias + column, c + <usize>from * cStride + column,
        part, columns, depth, cStride, edge,
      );
    }
  }
}
