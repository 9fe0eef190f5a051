import type { Shape, Source } from '../model/graph.ts';
import { cellsOf, sweptWindow } from '../model/load/geometry.ts';
import type { FloatConv, FloatGemm, FloatNode, FloatPool, Network } from './network.ts';

/**
 * Runs one row through a network in real numbers: what quantising it is measured by.
 *
 * @param row - the bytes of a row, as a model gets them
 * @returns every tensor, by source, in NHWC order
 */
export function referenceTensors(network: Network, row: Uint8Array): readonly Float32Array[] {
  const { scale, zeroPoint } = network.tensors[0]!.given!;
  const tensors: Float32Array[] = [Float32Array.from(row, (byte) => scale * (byte - 128 - zeroPoint))];
  for (const [index, node] of network.nodes.entries())
    tensors.push(referenceNode(network, node, index, tensors));
  return tensors;
}

function referenceNode(
  network: Network,
  node: FloatNode,
  index: number,
  tensors: readonly Float32Array[],
): Float32Array {
  const { shape } = network.tensors[index + 1]!;
  if ('inputs' in node) {
    const inputs = node.inputs.map((source) => tensors[source]!);
    if (node.op === 'concat') return concatenated(network, node.inputs, inputs, shape);
    return inputs[0]!.map((value, at) => value + inputs[1]![at]!);
  }
  const input = tensors[node.input]!;
  switch (node.op) {
    case 'conv':
      return conv(node, network.tensors[node.input]!.shape, input);
    case 'gemm':
      return gemm(node, input);
    case 'clip':
      return input.map((value) => Math.min(Math.max(value, node.low), node.high));
    case 'leaky':
      return input.map((value) => (value < 0 ? value * node.slope : value));
    case 'maxpool':
    case 'avgpool':
      return pool(node, network.tensors[node.input]!.shape, input);
    case 'identity':
    case 'reshape':
      return input;
  }
}

function gemm({ weights, bias }: FloatGemm, input: Float32Array): Float32Array {
  const sums = Float64Array.from(bias);
  addProducts(sums, 0, bias.length, input, 0, input.length, weights, 0, bias.length);
  return Float32Array.from(sums);
}

function conv(
  { weights, bias, groups, ...sweep }: FloatConv,
  shape: Shape,
  input: Float32Array,
): Float32Array {
  const { kernel, stride, padding } = sweep;
  const { height, width, channels } = shape;
  const N = bias.length;
  const ins = channels / groups;
  const outs = N / groups;
  const swept = sweptWindow(shape, sweep);
  const output = new Float32Array(swept.height * swept.width * N);
  const sums = new Float64Array(N);
  for (let place = 0; place < swept.height * swept.width; place++) {
    sums.set(bias);
    const top = Math.floor(place / swept.width) * stride.height - padding.top;
    const left = (place % swept.width) * stride.width - padding.left;
    for (let tap = 0; tap < kernel.height * kernel.width; tap++) {
      const y = top + Math.floor(tap / kernel.width);
      const x = left + (tap % kernel.width);
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      for (let group = 0; group < groups; group++) {
        const from = (y * width + x) * channels + group * ins;
        addProducts(sums, group * outs, outs, input, from, ins, weights, tap * ins * N + group * outs, N);
      }
    }
    output.set(sums, place * N);
  }
  return output;
}

/** sums[at + n] += Σ_k input[from + k] · weights[first + k·stride + n]. Half of all activations are 0 behind a ReLU. */
function addProducts(
  sums: Float64Array,
  at: number,
  count: number,
  input: Float32Array,
  from: number,
  length: number,
  weights: Float64Array,
  first: number,
  stride: number,
): void {
  for (let k = 0; k < length; k++) {
    const value = input[from + k]!;
    if (value === 0) continue;
    const weight = first + k * stride;
    for (let n = 0; n < count; n++) sums[at + n]! += value * weights[weight + n]!;
  }
}

function pool(node: FloatPool, shape: Shape, input: Float32Array): Float32Array {
  const { kernel, stride, padding } = node;
  const { height, width, channels } = shape;
  const swept = sweptWindow(shape, node);
  const output = new Float32Array(swept.height * swept.width * channels);
  for (let at = 0; at < output.length; at++) {
    const place = Math.floor(at / channels);
    const top = Math.floor(place / swept.width) * stride.height - padding.top;
    const left = (place % swept.width) * stride.width - padding.left;
    let [sum, most, cells] = [0, Number.NEGATIVE_INFINITY, 0];
    for (let y = Math.max(0, top); y < Math.min(height, top + kernel.height); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + kernel.width); x++, cells++) {
        const value = input[(y * width + x) * channels + (at % channels)]!;
        sum += value;
        most = Math.max(most, value);
      }
    }
    const counted = node.countPadding ? kernel.height * kernel.width : cells;
    output[at] = node.op === 'maxpool' ? most : sum / counted;
  }
  return output;
}

function concatenated(
  network: Network,
  sources: readonly Source[],
  inputs: readonly Float32Array[],
  shape: Shape,
): Float32Array {
  const output = new Float32Array(cellsOf(shape));
  let first = 0;
  for (const [index, input] of inputs.entries()) {
    const { channels } = network.tensors[sources[index]!]!.shape;
    for (const [at, value] of input.entries()) {
      output[Math.floor(at / channels) * shape.channels + first + (at % channels)] = value;
    }
    first += channels;
  }
  return output;
}
