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

/** The same for a window inside of the image, of all channels: `spans` runs of `length` values, `rowBytes` apart. */
function lowerInside(from: usize, rowBytes: usize, spans: i32, length: i32, to: usize): void {
  const bytes = <usize>length << 1;
  for (let span = 0; span < spans; span++) {
    for (let i: usize = 0; i < <usize>length; i += 8) v128.store(to + (i << 1), v128.load8x8_s(from + i));
    from += rowBytes;
    to += bytes;
  }
}

/** `count` such windows, `step` apart, whose runs have at most 8 values: all but `length` of them are written over. */
function lowerShort(from: usize, step: usize, rowBytes: usize, spans: i32, length: i32, to: usize, stride: usize, count: i32): void {
  const bytes = <usize>length << 1;
  for (let i = 0; i < count; i++) {
    let source = from;
    let target = to;
    for (let span = 0; span < spans; span++) {
      v128.store(target, v128.load8x8_s(source));
      source += rowBytes;
      target += bytes;
    }
    from += step;
    to += stride;
  }
}

/** The windows at output positions `from` to `from + count` (counted through all images), `stride` bytes apart. */
export function lower(x: usize, g: usize, from: i32, count: i32, first: i32, own: i32, padValue: i32, block: usize, stride: usize): void {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const kernelHeight = load<i32>(g, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(g, KERNEL_WIDTH);
  const outputHeight = load<i32>(g, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(g, OUTPUT_WIDTH);
  const strideWidth = load<i32>(g, STRIDE_WIDTH);
  const rowBytes = <usize>(width * channels);
  let ox = from % outputWidth;
  let oy = (from / outputWidth) % outputHeight;
  let image = x + <usize>(from / outputWidth / outputHeight) * rowBytes * <usize>height;
  let i = 0;
  while (i < count) {
    const y0 = oy * load<i32>(g, STRIDE_HEIGHT) - load<i32>(g, TOP);
    const x0 = ox * strideWidth - load<i32>(g, LEFT);
    let done = 1;
    const inside = y0 >= 0 && x0 >= 0 && y0 + kernelHeight <= height && x0 + kernelWidth <= width;
    if (inside && own == channels) {
      const start = image + <usize>((y0 * width + x0) * channels);
      const length = kernelWidth * channels;
      if (length <= 8) {
        done = min(min(outputWidth - ox, (width - kernelWidth - x0) / strideWidth + 1), count - i);
        lowerShort(start, <usize>(strideWidth * channels), rowBytes, kernelHeight, length, block, stride, done);
      } else {
        lowerInside(start, rowBytes, kernelHeight, length, block);
      }
    } else {
      lowerWindow(image, g, y0, x0, first, own, padValue, block);
    }
    i += done;
    block += <usize>done * stride;
    ox += done;
    if (ox < outputWidth) continue;
    ox = 0;
    if (++oy < outputHeight) continue;
    oy = 0;
    image += rowBytes * <usize>height;
  }
}

/**
 * Images with `value` around them: int8 [images][paddedHeight][paddedWidth][channels].
 *
 * @param height - of an image, whose rows have `rowBytes` bytes
 * @param skip - bytes before its first row, and from the end of one row to the next `gap`
 */
export function padImages(
  x: usize, to: usize, images: i32, height: i32, rowBytes: i32, skip: i32, gap: i32, paddedBytes: i32, value: i32,
): void {
  memory.fill(to, <u8>value, <usize>paddedBytes * <usize>images);
  for (let image = 0; image < images; image++) {
    let target = to + <usize>skip;
    for (let row = 0; row < height; row++) {
      copyRow(x, target, <usize>rowBytes);
      x += <usize>rowBytes;
      target += <usize>(rowBytes + gap);
    }
    to += <usize>paddedBytes;
  }
}

function copyRow(from: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i + 4 <= bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
  for (; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}
