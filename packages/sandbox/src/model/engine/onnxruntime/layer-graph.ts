import { type WrittenConstant, type WrittenNode, writeGraph } from '../../../onnx/write.ts';
import type { ConvNode, LinearNode } from '../../graph.ts';
import { sweptWindow } from '../../load/geometry.ts';
import type { LinearLayer, Tensor } from '../../load/loaded-model.ts';

/** Cells of the largest kernel: each becomes a node of the graph. */
const MAX_TAPS = 64;
/** Bytes of the windows of one row, one after the other. */
const MAX_WINDOWS_BYTES = 64 * 1024 * 1024;
/** What a byte is more than the int8 that it stands for: the zero point of the runtime's input. */
const OFFSET = 128;

/** The graph of a layer as the runtime reads it. */
export interface LayerGraph {
  /** An ONNX file: `x`, uint8 [rows, …inputDimensions], to `y`, int32 [rows, …outputDimensions]. */
  readonly file: Uint8Array;
  readonly inputDimensions: readonly number[];
  readonly outputDimensions: readonly number[];
  /** Bytes of the windows of one row. */
  readonly windowsBytes: number;
}

/**
 * Whether the runtime computes a layer. Where products are few for what has to be moved, our kernels are faster.
 *
 * @param layer - with groups = 1 where it is checked
 */
export function isForRuntime(layer: LinearLayer, node: LinearNode): boolean {
  if (!layer.checked) return false;
  if (node.op === 'gemm') return true;
  const taps = node.kernel.height * node.kernel.width;
  return taps <= MAX_TAPS && layer.positions * layer.K <= MAX_WINDOWS_BYTES;
}

/**
 * Writes a layer as a product of matrices of integers: MatMulInteger (uint8 × int8 → int32) and the bias. A convolution is one,
 * once the cells under a window stand side by side: its padded input, shifted by each cell of the kernel, joined along the
 * channels. Our weights have that order, and so NHWC is kept. (ConvInteger takes 4 to 10 times as long.)
 */
export function layerGraph(node: LinearNode, layer: LinearLayer, input: Tensor): LayerGraph {
  const { K, N, positions } = layer;
  const constants: Record<string, WrittenConstant> = {
    weights: { type: 'int8', dimensions: [K, N], bytes: bytesOf(node.weights) },
    bias: { type: 'int32', dimensions: [N], bytes: littleEndian(node.bias) },
    offset: scalar(OFFSET),
  };
  const nodes: WrittenNode[] = [];
  const isConv = node.op === 'conv';
  const windows = isConv ? writeWindows(node, input, nodes, constants) : 'x';
  nodes.push(
    { operator: 'MatMulInteger', inputs: [windows, 'weights', 'offset'], output: 'products' },
    { operator: 'Add', inputs: ['products', 'bias'], output: 'y' },
  );
  const { height, width, channels } = input.shape;
  const inputDimensions = isConv ? [height, width, channels] : [K];
  const swept = isConv ? sweptWindow(input.shape, node) : undefined;
  const outputDimensions = swept === undefined ? [N] : [swept.height, swept.width, N];
  const file = writeGraph({
    nodes,
    constants,
    input: { name: 'x', type: 'uint8', dimensions: ['rows', ...inputDimensions] },
    output: { name: 'y', type: 'int32', dimensions: ['rows', ...outputDimensions] },
  });
  return { file, inputDimensions, outputDimensions, windowsBytes: positions * K };
}

/** @returns the name of the windows: uint8 [rows][height][width][K] */
function writeWindows(
  node: ConvNode,
  { shape }: Tensor,
  nodes: WrittenNode[],
  constants: Record<string, WrittenConstant>,
): string {
  const { kernel, stride, padding, padValue } = node;
  const { height, width } = sweptWindow(shape, node);
  const { top, left, bottom, right } = padding;
  let padded = 'x';
  if (top + left + bottom + right > 0) {
    padded = 'padded';
    constants.pads = integers(0, top, left, 0, 0, bottom, right, 0);
    constants.pad = scalar(padValue + OFFSET);
    nodes.push({ operator: 'Pad', inputs: ['x', 'pads', 'pad'], output: padded });
  }
  constants.axes = integers(1, 2);
  constants.steps = integers(stride.height, stride.width);
  const taps: string[] = [];
  for (let y = 0; y < kernel.height; y++) {
    for (let x = 0; x < kernel.width; x++) {
      const tap = `tap ${y} ${x}`;
      constants[`${tap} from`] = integers(y, x);
      constants[`${tap} to`] = integers(
        y + (height - 1) * stride.height + 1,
        x + (width - 1) * stride.width + 1,
      );
      const inputs = [padded, `${tap} from`, `${tap} to`, 'axes', 'steps'];
      nodes.push({ operator: 'Slice', inputs, output: tap });
      taps.push(tap);
    }
  }
  nodes.push({ operator: 'Concat', inputs: taps, output: 'windows', attributes: { axis: 3 } });
  return 'windows';
}

function scalar(value: number): WrittenConstant {
  return { type: 'uint8', dimensions: [], bytes: Uint8Array.of(value) };
}

function integers(...values: readonly number[]): WrittenConstant {
  const bytes = new DataView(new ArrayBuffer(8 * values.length));
  for (const [at, value] of values.entries()) bytes.setBigInt64(8 * at, BigInt(value), true);
  return { type: 'int64', dimensions: [values.length], bytes: bytesOf(bytes) };
}

function littleEndian(values: Int32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (const [at, value] of values.entries()) bytes.setInt32(4 * at, value, true);
  return bytesOf(bytes);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
