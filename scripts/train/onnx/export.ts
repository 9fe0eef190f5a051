import { type NetworkPlan, type PlannedLayer, type Shape, sizeOf } from '../plan.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './write.ts';

/**
 * A trained network as PyTorch would export it: pictures as [batch, channel, row, column], weights of a convolution as
 * [output][input][row][column], of a dense layer as [output][input] (Gemm with `transB`), logits at the end. Dropout
 * is gone: it only acts in training.
 * @param parameters - as {@link NetworkPlan} lays them out
 */
export function exportNetwork(name: string, plan: NetworkPlan, parameters: Float32Array): OnnxModel {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const layers = plan.layers.filter(({ spec }) => spec.kind !== 'dropout');
  // Size of the picture whose values the next dense layer reads, flattened.
  let flattened: Shape = plan.input;
  let value = 'input';
  let relus = 0;
  for (const [place, layer] of layers.entries()) {
    const { spec } = layer;
    const path = spec.kind === 'relu' ? `relu${++relus}` : 'name' in spec ? spec.name : spec.kind;
    const operator = OPERATORS[spec.kind];
    const output = place === layers.length - 1 ? 'logits' : `/${path}/${operator}_output_0`;
    const names = layer.weights === undefined ? [] : [layer.weights.name, layer.bias!.name];
    nodes.push({
      name: `/${path}/${operator}`,
      operator,
      inputs: [value, ...names],
      output,
      attributes: attributesOf(layer),
    });
    if (spec.kind === 'conv') constants.push(convWeights(layer, parameters), biasOf(layer, parameters));
    if (spec.kind === 'dense')
      constants.push(denseWeights(layer, flattened, parameters), biasOf(layer, parameters));
    flattened = spec.kind === 'flatten' ? layer.input : layer.output;
    value = output;
  }
  const { channels, height, width } = plan.input;
  return {
    producer: 'prometheus',
    graph: name,
    nodes,
    constants,
    input: { name: 'input', dimensions: ['batch', channels, height, width] },
    output: { name: 'logits', dimensions: ['batch', plan.classes] },
  };
}

const OPERATORS = {
  conv: 'Conv',
  dense: 'Gemm',
  relu: 'Relu',
  flatten: 'Flatten',
  dropout: 'Dropout',
} as const;

function attributesOf({ spec }: PlannedLayer): OnnxNode['attributes'] {
  if (spec.kind === 'flatten') return { axis: { kind: 'int', value: 1 } };
  if (spec.kind === 'dense') {
    return {
      alpha: { kind: 'float', value: 1 },
      beta: { kind: 'float', value: 1 },
      transB: { kind: 'int', value: 1 },
    };
  }
  if (spec.kind !== 'conv') return {};
  const pair = (value: number) => ({ kind: 'ints', value: [value, value] }) as const;
  return {
    dilations: pair(1),
    group: { kind: 'int', value: 1 },
    kernel_shape: pair(spec.kernel),
    pads: { kind: 'ints', value: Array.from({ length: 4 }, () => spec.padding) },
    strides: pair(spec.stride),
  };
}

/** [row][column][input][output] → [output][input][row][column]. */
function convWeights({ spec, input, weights }: PlannedLayer, parameters: Float32Array): OnnxTensor {
  if (spec.kind !== 'conv') throw new Error(`${spec.kind} is no convolution`);
  const { channels: inputs } = input;
  const { channels: outputs, kernel } = spec;
  const values = new Float32Array(weights!.count);
  let at = 0;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let cell = 0; cell < kernel ** 2; cell++)
        values[at++] = parameters[weights!.offset + (cell * inputs + i) * outputs + o]!;
  return { name: weights!.name, dimensions: [outputs, inputs, kernel, kernel], values };
}

/** [row][column][channel][output] → [output][channel][row][column], flattened. */
function denseWeights({ weights }: PlannedLayer, picture: Shape, parameters: Float32Array): OnnxTensor {
  const { offset, count, inputs, outputs, name } = weights!;
  const cells = picture.height * picture.width;
  const values = new Float32Array(count);
  let at = 0;
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < picture.channels; c++)
      for (let cell = 0; cell < cells; cell++)
        values[at++] = parameters[offset + (cell * picture.channels + c) * outputs + o]!;
  if (at !== outputs * sizeOf(picture)) throw new Error(`${name} does not read the picture before it`);
  return { name, dimensions: [outputs, inputs], values };
}

function biasOf({ bias }: PlannedLayer, parameters: Float32Array): OnnxTensor {
  const { name, offset, count } = bias!;
  return { name, dimensions: [count], values: parameters.slice(offset, offset + count) };
}
