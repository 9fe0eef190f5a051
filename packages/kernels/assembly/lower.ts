import {
  CHANNELS, HEIGHT, KERNEL_HEIGHT, KERNEL_WIDTH, LEFT, OUTPUT_HEIGHT, OUTPUT_WIDTH, STRIDE_HEIGHT, STRIDE_WIDTH, TOP, WIDTH,
} from './geometry';
import { fill, widen } from './widen';

/**
 * One row of the matrix of a convolution: the values under the window at (y0, x0), int16 in the order kernel height,
 * kernel width, channels `first` to `first + own` of the image; `padValue` outside of the image.
 */
function lowerWindow(image: usize, g: usize, y0: i32, x0: i32, first: i32, own: i32, padValue: i32, to: usize): void {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const kernelHeight = load<i32>(g, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(g, KERNEL_WIDTH);
  const left = min(max(-x0, 0), kernelWidth);
  const right = max(min(kernelWidth, width - x0), left);
  for (let ky = 0; ky < kernelHeight; ky++) {
    const y = y0 + ky;
    if (y < 0 || y >= height) {
      fill(to, padValue, kernelWidth * own);
    } else {
      fill(to, padValue, left * own);
      const start = image + <usize>((y * width + x0 + left) * channels + first);
      if (own == channels) {
        widen(start, to + (<usize>(left * own) << 1), (right - left) * own);
      } else {
        for (let kx = left; kx < right; kx++) {
          widen(start + <usize>((kx - left) * channels), to + (<usize>(kx * own) << 1), own);
        }
      }
      fill(to + (<usize>(right * own) << 1), padValue, (kernelWidth - right) * own);
    }
    to += <usize>(kernelWidth * own) << 1;
  }
}

/** The windows at output positions `from` to `from + count` (counted through all images), `stride` bytes apart. */
export function lower(x: usize, g: usize, from: i32, count: i32, first: i32, own: i32, padValue: i32, block: usize, stride: usize): void {
  const outputWidth = load<i32>(g, OUTPUT_WIDTH);
  const positions = load<i32>(g, OUTPUT_HEIGHT) * outputWidth;
  const imageBytes = load<i32>(g, HEIGHT) * load<i32>(g, WIDTH) * load<i32>(g, CHANNELS);
  for (let i = from; i < from + count; i++) {
    const position = i % positions;
    const y0 = (position / outputWidth) * load<i32>(g, STRIDE_HEIGHT) - load<i32>(g, TOP);
    const x0 = (position % outputWidth) * load<i32>(g, STRIDE_WIDTH) - load<i32>(g, LEFT);
    lowerWindow(x + <usize>(i / positions) * <usize>imageBytes, g, y0, x0, first, own, padValue, block);
    block += stride;
  }
}
