import type { Block, Kernels, RecordPlace, WindowGeometry } from '@prometheus-compute/kernels';
import type {
  AddNode,
  AvgPoolNode,
  ConcatNode,
  ConvNode,
  GemmNode,
  ModelNode,
  RequantNode,
  Shape,
} from '../graph.ts';
import type { Sweep } from '../load/geometry.ts';
import type { Tensor } from '../load/loaded-model.ts';

/** Cells in the memory of the kernels. */
export type Cells = Block<'int8'> | Block<'int32'>;

/** Accumulators that are in row records still. */
export interface Recorded {
  readonly kind: 'recorded';
  readonly place: RecordPlace;
}

/** Computes a node: a new block with its output for some rows. The types of tensors were checked when the model was loaded. */
export type PreparedNode = (inputs: readonly Cells[], rows: number) => Cells;

/** A requantisation takes accumulators from records, too. */
export interface PreparedRequant extends PreparedNode {
  readonly ofRecords: (place: RecordPlace) => Cells;
}

/** What a node takes and gives. */
interface Tensors {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** Puts the constants of a node into the memory of the kernels. */
export function prepareNode(
  kernels: Kernels,
  node: ModelNode,
  tensors: Tensors,
): PreparedNode | PreparedRequant {
  const { memory, layers } = kernels;
  const { output } = tensors;
  const [input] = tensors.inputs as readonly [Tensor];
  switch (node.op) {
    case 'conv':
      return prepareConv(kernels, node, input, output);
    case 'gemm':
      return prepareGemm(kernels, node, output);
    case 'requant':
      return prepareRequant(kernels, node, output);
    case 'table': {
      const table = memory.putInt8(node.table);
      return ([cells]) => {
        const made = memory.allocate('int8', cells!.length);
        layers.table(cells as Block<'int8'>, made, table);
        return made;
      };
    }
    case 'maxpool': {
      const geometry = geometryOf(input.shape, node);
      return ([cells], rows) => {
        const made = memory.allocate('int8', rows * output.length);
        layers.maxPool({ input: cells as Block<'int8'>, output: made, images: rows, geometry });
        return made;
      };
    }
    case 'avgpool':
      return prepareAvgPool(kernels, node, input, output);
    case 'add':
      return prepareAdd(kernels, node);
    case 'concat':
      return prepareConcat(kernels, node, tensors);
    case 'reshape':
      return ([cells]) => cells!;
    case 'argmax':
      return ([cells], rows) => {
        const made = memory.allocate('int8', input.length <= 256 ? rows : 2 * rows);
        layers.argmax(cells!, made, rows, input.length);
        return made;
      };
  }
}

function prepareConv(
  { memory, linear }: Kernels,
  node: ConvNode,
  input: Tensor,
  output: Tensor,
): PreparedNode {
  const geometry = geometryOf(input.shape, node);
  const weights = linear.packConv(node.weights, geometry, node.bias.length, node.groups);
  const bias = memory.putInt32(node.bias);
  const { padValue } = node;
  return ([cells], rows) => {
    const made = memory.allocate('int32', rows * output.length);
    linear.conv({
      input: cells as Block<'int8'>,
      weights,
      bias,
      output: made,
      images: rows,
      geometry,
      padValue,
    });
    return made;
  };
}

function prepareGemm({ memory, linear }: Kernels, node: GemmNode, output: Tensor): PreparedNode {
  const N = node.bias.length;
  const weights = linear.pack(node.weights, node.weights.length / N, N);
  const bias = memory.putInt32(node.bias);
  return ([cells], rows) => {
    const made = memory.allocate('int32', rows * output.length);
    linear.gemm({ input: cells as Block<'int8'>, weights, bias, output: made, rows });
    return made;
  };
}

function prepareRequant(
  { memory, layers }: Kernels,
  node: RequantNode,
  { length, shape }: Tensor,
): PreparedRequant {
  const multipliers = memory.putInt32(node.multipliers);
  const negative = node.negative === null ? null : memory.putInt32(node.negative);
  const vectors = length / shape.channels;
  const constants = { multipliers, negative, rounding: node };
  const ofCells: PreparedNode = ([cells], rows) => {
    const output = memory.allocate('int8', cells!.length);
    const input = cells as Block<'int32'>;
    layers.requantise({ input, output, rows: rows * vectors, ...constants });
    return output;
  };
  const ofRecords = (place: RecordPlace): Cells => {
    const output = memory.allocate('int8', place.rows * place.count);
    layers.requantiseRecords({ place, output, ...constants });
    return output;
  };
  return Object.assign(ofCells, { ofRecords });
}

function prepareAvgPool(
  { memory, layers }: Kernels,
  node: AvgPoolNode,
  input: Tensor,
  output: Tensor,
): PreparedNode {
  const geometry = geometryOf(input.shape, node);
  const multipliers = memory.putInt32(node.multipliers);
  const { inputZeroPoint, countPadding, shift, zeroPoint } = node;
  return ([cells], rows) => {
    const made = memory.allocate('int8', rows * output.length);
    layers.averagePool({
      input: cells as Block<'int8'>,
      output: made,
      images: rows,
      geometry,
      inputZeroPoint,
      multipliers,
      countPadding,
      rounding: { shift, zeroPoint },
    });
    return made;
  };
}

function prepareAdd({ memory, layers }: Kernels, node: AddNode): PreparedNode {
  const { inputZeroPoints, multipliers } = node;
  return (inputs) => {
    const [a, b] = inputs as readonly [Block<'int8'>, Block<'int8'>];
    const made = memory.allocate('int8', a.length);
    const terms = [
      { input: a, zeroPoint: inputZeroPoints[0], multiplier: multipliers[0] },
      { input: b, zeroPoint: inputZeroPoints[1], multiplier: multipliers[1] },
    ] as const;
    layers.add(terms, made, node);
    return made;
  };
}

function prepareConcat(
  { memory, layers }: Kernels,
  node: ConcatNode,
  { inputs, output }: Tensors,
): PreparedNode {
  const { inputZeroPoints, multipliers, shift, zeroPoint } = node;
  const outputChannels = output.shape.channels;
  let channel = 0;
  const parts = inputs.map(({ shape }, i) => {
    const table = layers.rescaleTable(inputZeroPoints[i]!, multipliers[i]!, { shift, zeroPoint });
    const firstChannel = channel;
    channel += shape.channels;
    return { table, firstChannel, channels: shape.channels };
  });
  const positions = output.length / outputChannels;
  return (given, rows) => {
    const made = memory.allocate('int8', rows * output.length);
    for (const [i, part] of parts.entries()) {
      const input = given[i] as Block<'int8'>;
      layers.place({ input, output: made, positions: rows * positions, outputChannels, ...part });
    }
    return made;
  };
}

function geometryOf({ height, width, channels }: Shape, { kernel, stride, padding }: Sweep): WindowGeometry {
  return { height, width, channels, kernel, stride, padding };
}
