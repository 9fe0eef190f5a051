import type { ConvNode, GemmNode, Shape } from '../graph.ts';
import { sweptWindow } from '../load/geometry.ts';

/**
 * Products of rows with a matrix, [rows][K] · [K][N] + bias. Sums may leave the int32 range on the way and come back, since
 * the array keeps them modulo 2^32.
 */
export function plainGemm({ weights, bias }: GemmNode, input: Int8Array, rows: number): Int32Array {
  const N = bias.length;
  const K = weights.length / N;
  const output = new Int32Array(rows * N);
  for (let row = 0; row < rows; row++) {
    output.set(bias, row * N);
    addProducts(output, row * N, N, input, row * K, K, weights, 0, N);
  }
  return output;
}

/** A convolution, window by window. */
export function plainConv(node: ConvNode, shape: Shape, input: Int8Array, rows: number): Int32Array {
  const { bias, stride, padding } = node;
  const N = bias.length;
  const swept = sweptWindow(shape, node);
  const output = new Int32Array(rows * swept.height * swept.width * N);
  const cells = shape.height * shape.width * shape.channels;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let y = 0; y < swept.height; y++) {
      for (let x = 0; x < swept.width; x++, at += N) {
        output.set(bias, at);
        const top = y * stride.height - padding.top;
        const left = x * stride.width - padding.left;
        addWindow(node, shape, input, row * cells, top, left, output, at);
      }
    }
  }
  return output;
}

function addWindow(
  { weights, bias, kernel, groups, padValue }: ConvNode,
  { height, width, channels }: Shape,
  input: Int8Array,
  row: number,
  top: number,
  left: number,
  output: Int32Array,
  at: number,
): void {
  const N = bias.length;
  const ins = channels / groups;
  const outs = N / groups;
  const padded = new Int8Array(ins).fill(padValue);
  for (let ky = 0; ky < kernel.height; ky++) {
    for (let kx = 0; kx < kernel.width; kx++) {
      const y = top + ky;
      const x = left + kx;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const cell = row + (y * width + x) * channels;
      const tap = (ky * kernel.width + kx) * ins * N;
      for (let group = 0; group < groups; group++) {
        const values = inside ? input : padded;
        const from = inside ? cell + group * ins : 0;
        addProducts(output, at + group * outs, outs, values, from, ins, weights, tap + group * outs, N);
      }
    }
  }
}

/** output[at + n] += Σ_k values[from + k] · weights[first + k·stride + n] for n < count, k < length. */
function addProducts(
  output: Int32Array,
  at: number,
  count: number,
  values: Int8Array,
  from: number,
  length: number,
  weights: Int8Array,
  first: number,
  stride: number,
): void {
  for (let k = 0; k < length; k++) {
    const value = values[from + k]!;
    const weight = first + k * stride;
    for (let n = 0; n < count; n++) output[at + n]! += value * weights[weight + n]!;
  }
}
