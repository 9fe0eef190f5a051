// What layers do beside products of matrices. Tensors are float32; of a picture height, width, channels (NHWC).

/** values[row][column] += bias[column]. */
export function addBias(values: usize, bias: usize, rows: i32, columns: i32): void {
  const whole = columns & ~3;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < whole; column += 4) {
      const at = (<usize>column) << 2;
      v128.store(values + at, f32x4.add(v128.load(values + at), v128.load(bias + at)));
    }
    for (let column = whole; column < columns; column++) {
      const at = (<usize>column) << 2;
      store<f32>(values + at, load<f32>(values + at) + load<f32>(bias + at));
    }
    values += (<usize>columns) << 2;
  }
}

/** sums[column] = Σ_row values[row][column]. */
export function sumRows(values: usize, sums: usize, rows: i32, columns: i32): void {
  memory.fill(sums, 0, (<usize>columns) << 2);
  for (let row = 0; row < rows; row++) {
    addBias(sums, values, 1, columns);
    values += (<usize>columns) << 2;
  }
}

/** output[i] = max(0, input[i]). */
export function relu(input: usize, output: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(output + at, f32x4.max(v128.load(input + at), zero));
  }
  for (let i = whole; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(output + at, max(load<f32>(input + at), <f32>0));
  }
}

/** gradient[i] = 0 wherever the output of the ReLU was 0. */
export function reluGradient(output: usize, gradient: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(gradient + at, v128.and(v128.load(gradient + at), f32x4.gt(v128.load(output + at), zero)));
  }
  for (let i = whole; i < count; i++) {
    const at = (<usize>i) << 2;
    if (!(load<f32>(output + at) > 0)) store<f32>(gradient + at, 0);
  }
}

/**
 * A mask of a dropout: each of `count` values is 0 with probability `rate`, otherwise 1 / (1 − rate). Its random
 * numbers are mulberry32 (public domain, by Tommy Ettinger) from `seed`.
 */
export function dropoutMask(mask: usize, count: i32, rate: f32, seed: u32): void {
  const kept: f32 = <f32>1 / (<f32>1 - rate);
  const limit = <u32>(<f64>rate * 4294967296.0);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state += 0x6d2b79f5;
    let mixed = (state ^ (state >>> 15)) * (state | 1);
    mixed ^= mixed + (mixed ^ (mixed >>> 7)) * (mixed | 61);
    mixed ^= mixed >>> 14;
    store<f32>(mask + ((<usize>i) << 2), mixed < limit ? <f32>0 : kept);
  }
}

/** values[i] *= factors[i]. */
export function multiply(values: usize, factors: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(values + at, load<f32>(values + at) * load<f32>(factors + at));
  }
}

/**
 * The patches below the kernel: patches[sample][y][x][ky][kx][channel], 0 where the kernel hangs over the edge.
 * Kernel and stride are square and padding is the same on all sides.
 */
export function gatherPatches(
  input: usize,
  patches: usize,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const outHeight = (height + 2 * padding - kernel) / stride + 1;
  const outWidth = (width + 2 * padding - kernel) / stride + 1;
  const cell = (<usize>channels) << 2;
  for (let sample = 0; sample < samples; sample++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const left = x * stride - padding;
        const from = max(0, -left);
        const to = min(kernel, width - left);
        for (let ky = 0; ky < kernel; ky++) {
          const row = y * stride - padding + ky;
          if (row < 0 || row >= height) {
            memory.fill(patches, 0, <usize>kernel * cell);
          } else {
            const source = input + <usize>(row * width + left + from) * cell;
            memory.fill(patches, 0, <usize>from * cell);
            memory.copy(patches + <usize>from * cell, source, <usize>(to - from) * cell);
            memory.fill(patches + <usize>to * cell, 0, <usize>(kernel - to) * cell);
          }
          patches += <usize>kernel * cell;
        }
      }
    }
    input += <usize>(height * width) * cell;
  }
}

/** The transpose of {@link gatherPatches}: adds every patch into the places that it was gathered from. */
export function scatterPatches(
  patches: usize,
  output: usize,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const outHeight = (height + 2 * padding - kernel) / stride + 1;
  const outWidth = (width + 2 * padding - kernel) / stride + 1;
  const cell = (<usize>channels) << 2;
  memory.fill(output, 0, <usize>(samples * height * width) * cell);
  for (let sample = 0; sample < samples; sample++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const left = x * stride - padding;
        const from = max(0, -left);
        const to = min(kernel, width - left);
        for (let ky = 0; ky < kernel; ky++) {
          const row = y * stride - padding + ky;
          if (row >= 0 && row < height) {
            const target = output + <usize>(row * width + left + from) * cell;
            addBias(target, patches + <usize>from * cell, 1, (to - from) * channels);
          }
          patches += <usize>kernel * cell;
        }
      }
    }
    output += <usize>(height * width) * cell;
  }
}
