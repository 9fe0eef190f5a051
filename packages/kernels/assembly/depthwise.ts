import {
  CHANNELS, HEIGHT, KERNEL_HEIGHT, KERNEL_WIDTH, LEFT, OUTPUT_HEIGHT, OUTPUT_WIDTH, STRIDE_HEIGHT, STRIDE_WIDTH, TOP, WIDTH,
} from './geometry';

/** Channels `channel` to `channel + 8` of one output position. */
function eightChannels(image: usize, g: usize, w: usize, bias: usize, c: usize, y0: i32, x0: i32, channel: i32, padValue: i32): void {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const kernelHeight = load<i32>(g, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(g, KERNEL_WIDTH);
  const pad = i16x8.splat(<i16>padValue);
  const at = <usize>channel << 2;
  let low = bias == 0 ? i32x4.splat(0) : v128.load(bias + at);
  let high = bias == 0 ? i32x4.splat(0) : v128.load(bias + at, 16);
  w += <usize>channel;
  for (let ky = 0; ky < kernelHeight; ky++) {
    const y = y0 + ky;
    for (let kx = 0; kx < kernelWidth; kx++) {
      const x = x0 + kx;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const value = inside ? v128.load8x8_s(image + <usize>((y * width + x) * channels + channel)) : pad;
      const weight = v128.load8x8_s(w);
      low = i32x4.add(low, i32x4.extmul_low_i16x8_s(value, weight));
      high = i32x4.add(high, i32x4.extmul_high_i16x8_s(value, weight));
      w += <usize>channels;
    }
  }
  v128.store(c + at, low);
  v128.store(c + at, high, 16);
}

/** One channel of one output position. */
function oneChannel(image: usize, g: usize, w: usize, bias: usize, c: usize, y0: i32, x0: i32, channel: i32, padValue: i32): void {
  const height = load<i32>(g, HEIGHT);
  const width = load<i32>(g, WIDTH);
  const channels = load<i32>(g, CHANNELS);
  const kernelHeight = load<i32>(g, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(g, KERNEL_WIDTH);
  let sum = bias == 0 ? 0 : load<i32>(bias + (<usize>channel << 2));
  w += <usize>channel;
  for (let ky = 0; ky < kernelHeight; ky++) {
    const y = y0 + ky;
    for (let kx = 0; kx < kernelWidth; kx++) {
      const x = x0 + kx;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const value = inside ? <i32>load<i8>(image + <usize>((y * width + x) * channels + channel)) : padValue;
      sum += value * <i32>load<i8>(w);
      w += <usize>channels;
    }
  }
  store<i32>(c + (<usize>channel << 2), sum);
}

/** Convolution in which each channel sees only itself: weights int8 [kernel height][kernel width][channels]. */
export function depthwise(x: usize, g: usize, w: usize, bias: usize, c: usize, images: i32, padValue: i32): void {
  const channels = load<i32>(g, CHANNELS);
  const imageBytes = <usize>(load<i32>(g, HEIGHT) * load<i32>(g, WIDTH) * channels);
  const outputHeight = load<i32>(g, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(g, OUTPUT_WIDTH);
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < outputHeight; oy++) {
      const y0 = oy * load<i32>(g, STRIDE_HEIGHT) - load<i32>(g, TOP);
      for (let ox = 0; ox < outputWidth; ox++) {
        const x0 = ox * load<i32>(g, STRIDE_WIDTH) - load<i32>(g, LEFT);
        let channel = 0;
        for (; channel + 8 <= channels; channel += 8) eightChannels(x, g, w, bias, c, y0, x0, channel, padValue);
        for (; channel < channels; channel++) oneChannel(x, g, w, bias, c, y0, x0, channel, padValue);
        c += <usize>channels << 2;
      }
    }
    x += imageBytes;
  }
}
