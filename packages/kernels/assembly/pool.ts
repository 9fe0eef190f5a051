import {
  CHANNELS, HEIGHT, KERNEL_HEIGHT, KERNEL_WIDTH, LEFT, OUTPUT_HEIGHT, OUTPUT_WIDTH, STRIDE_HEIGHT, STRIDE_WIDTH, TOP, WIDTH,
} from './geometry';
import { roundShift } from './requantise';

/** y = max(x, y) for the channels of one cell. */
function keepLargest(x: usize, y: usize, channels: i32): void {
  let c: usize = 0;
  const end = <usize>channels;
  for (; c + 16 <= end; c += 16) v128.store(y + c, i8x16.max_s(v128.load(x + c), v128.load(y + c)));
  for (; c < end; c++) store<i8>(y + c, max(load<i8>(x + c), load<i8>(y + c)));
}

/** sums += x for the channels of one cell. */
function addCell(x: usize, sums: usize, channels: i32): void {
  for (let c: usize = 0; c < <usize>channels; c++) {
    const at = sums + (c << 2);
    store<i32>(at, load<i32>(at) + <i32>load<i8>(x + c));
  }
}

/** The largest value of each channel under each window; every window has a cell of the image. */
export function maxPool(x: usize, y: usize, g: usize, images: i32): void {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const outputHeight = load<i32>(g, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(g, OUTPUT_WIDTH);
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < outputHeight; oy++) {
      const y0 = oy * load<i32>(g, STRIDE_HEIGHT) - load<i32>(g, TOP);
      const y1 = min(y0 + load<i32>(g, KERNEL_HEIGHT), height);
      for (let ox = 0; ox < outputWidth; ox++) {
        const x0 = ox * load<i32>(g, STRIDE_WIDTH) - load<i32>(g, LEFT);
        const x1 = min(x0 + load<i32>(g, KERNEL_WIDTH), width);
        memory.fill(y, 0x80, <usize>channels);
        for (let iy = max(y0, 0); iy < y1; iy++) {
          for (let ix = max(x0, 0); ix < x1; ix++) keepLargest(x + <usize>((iy * width + ix) * channels), y, channels);
        }
        y += <usize>channels;
      }
    }
    x += <usize>(height * width * channels);
  }
}

/**
 * The mean of each channel under each window, as a sum that is multiplied and rounded.
 *
 * @param sums - scratch, int32 [channels]
 * @param multipliers - int32 by number of counted cells − 1
 * @param countPadding - 1: every cell of the window counts; 0: those of the image
 */
export function averagePool(
  x: usize, y: usize, g: usize, images: i32, sums: usize, multipliers: usize, countPadding: i32, inputZeroPoint: i32, shift: i32, zeroPoint: i32,
): void {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const kernelHeight = load<i32>(g, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(g, KERNEL_WIDTH);
  const outputHeight = load<i32>(g, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(g, OUTPUT_WIDTH);
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < outputHeight; oy++) {
      const top = oy * load<i32>(g, STRIDE_HEIGHT) - load<i32>(g, TOP);
      const y0 = max(top, 0);
      const y1 = min(top + kernelHeight, height);
      for (let ox = 0; ox < outputWidth; ox++) {
        const left = ox * load<i32>(g, STRIDE_WIDTH) - load<i32>(g, LEFT);
        const x0 = max(left, 0);
        const x1 = min(left + kernelWidth, width);
        memory.fill(sums, 0, <usize>channels << 2);
        for (let iy = y0; iy < y1; iy++) {
          for (let ix = x0; ix < x1; ix++) addCell(x + <usize>((iy * width + ix) * channels), sums, channels);
        }
        const cells = (y1 - y0) * (x1 - x0);
        const counted = countPadding != 0 ? kernelHeight * kernelWidth : cells;
        const multiplier = <i64>load<i32>(multipliers + (<usize>(counted - 1) << 2));
        for (let c: usize = 0; c < <usize>channels; c++) {
          const sum = <i64>(load<i32>(sums + (c << 2)) - cells * inputZeroPoint);
          store<i8>(y + c, <i8>roundShift(sum * multiplier, shift, zeroPoint, -128, 127));
        }
        y += <usize>channels;
      }
    }
    x += <usize>(height * width * channels);
  }
}
