import { SandboxError } from '../../errors.ts';
import { malformed, type Place } from '../file/fields.ts';
import { decodeModel, nodePlace } from '../file/file.ts';
import type { Model, ModelNode, Source } from '../graph.ts';
import { MAX_ROW_BYTES, MAX_ROW_STEPS, MAX_TENSOR_BYTES } from '../limits.ts';
import { accumulatorBytes } from './accumulators.ts';
import { inferTensor, tensor } from './infer.ts';
import type { LinearLayer, LoadedModel, Tensor } from './loaded-model.ts';

/** The scheme `freivalds` checks a layer where K·N products cost this many times as much as the K + N of a check. */
const CHECKED_RATIO = 16;

const PAGE_BYTES = 65_536;

/**
 * Reads a model file and checks all of it, so that running it can neither fail nor overflow: every field, every shape, that every
 * tensor is used, sizes and work of one row, and the bounds of all accumulators.
 *
 * @param bytes - from outside
 * @throws SandboxError `model-malformed`, `model-too-large`, `accumulator-overflow`; the evidence names node and field
 *
 * @example
 * loadModel(readFileSync('fashion-cnn.pmodel')).macs; // products for one image
 */
export function loadModel(bytes: Uint8Array): LoadedModel {
  const model = decodeModel(bytes);
  const tensors = inferTensors(model);
  checkUse(model);
  const rowBytes = tensors.reduce((sum, of) => sum + tensorBytes(of), 0);
  limited('the tensors of a row together', rowBytes, MAX_ROW_BYTES, FILE);
  const linear = linearLayers(model, tensors);
  const checked = linear.filter((layer) => layer.checked);
  const macs = linear.reduce((sum, { K, N, positions }) => sum + K * N * positions, 0);
  const weights = model.nodes.flatMap((node) => ('weights' in node ? [node.weights] : []));
  const biases = linear.reduce((sum, { N }) => sum + N, 0);
  return {
    model,
    tensors,
    inputBytes: tensors[0]!.length,
    outputBytes: outputBytes(model.nodes[model.output - 1]!, tensors),
    rowTraceBytes: checked.reduce((sum, layer) => sum + recordBytes(layer), 0),
    macs,
    steps: model.nodes.reduce((sum, node, index) => sum + stepsOf(node, tensors[index + 1]!), 0),
    parameters: biases + weights.reduce((sum, { length }) => sum + length, 0),
    sevenBit: weights.every((of) => of.every((weight) => weight >= -64 && weight <= 63)),
    linear,
    rowBytes,
    memoryPages: Math.ceil((4 * bytes.length + 2 * rowBytes) / PAGE_BYTES),
  };
}

const FILE: Place = { name: 'the model', evidence: {} };

/** Bytes that the accumulators of a checked layer take in a row record. */
function recordBytes({ positions, N, accBytes }: LinearLayer): number {
  return positions * N * accBytes;
}

/** The tensors that a node takes. */
export function inputsOf(node: ModelNode): readonly Source[] {
  return 'inputs' in node ? node.inputs : [node.input];
}

function inferTensors({ input, nodes }: Model): readonly Tensor[] {
  const first = tensor(input.shape, 'int8', input);
  limited('the input', tensorBytes(first), MAX_TENSOR_BYTES, FILE);
  const tensors = [first];
  let steps = 0;
  for (const [index, node] of nodes.entries()) {
    const place = nodePlace(index, node);
    const inputs = inputsOf(node).map((source) => tensors[source]!);
    const made = inferTensor(node, inputs, place);
    limited('its output', tensorBytes(made), MAX_TENSOR_BYTES, place);
    steps += stepsOf(node, made);
    limited('the work of a row', steps, MAX_ROW_STEPS, place);
    tensors.push(made);
  }
  return tensors;
}

/** Products with weights, or cells that a pool looks at. */
function stepsOf(node: ModelNode, made: Tensor): number {
  if ('weights' in node) return (node.weights.length / node.bias.length) * made.length;
  return 'kernel' in node ? node.kernel.height * node.kernel.width * made.length : 0;
}

/** Every tensor is used by a later node; the last one is the output. */
function checkUse({ input, nodes }: Model): void {
  const used = new Set(nodes.flatMap(inputsOf));
  const unused = [input, ...nodes.slice(0, -1)].findIndex((_, source) => !used.has(source));
  if (unused === 0) malformed(FILE, 'no node takes the input');
  if (unused > 0) malformed(nodePlace(unused - 1, nodes[unused - 1]!), 'nothing takes its output');
}

function linearLayers({ nodes }: Model, tensors: readonly Tensor[]): readonly LinearLayer[] {
  const layers: LinearLayer[] = [];
  let offset = 0;
  for (const [node, of] of nodes.entries()) {
    if (!('weights' in of)) continue;
    const { shape, low, high } = tensors[node + 1]!;
    const N = of.bias.length;
    const K = of.weights.length / N;
    const alone = of.op === 'gemm' || of.groups === 1;
    const checked = alone && K * N >= CHECKED_RATIO * (K + N);
    const layer: LinearLayer = {
      node,
      kind: of.op,
      K,
      N,
      positions: shape.height * shape.width,
      checked,
      bound: Math.max(-low, high),
      accBytes: accumulatorBytes({ low, high }),
      offset: checked ? offset : 0,
    };
    if (checked) offset += recordBytes(layer);
    layers.push(layer);
  }
  return layers;
}

/** int8 as it is, int32 in four bytes; an index in one byte where that holds it, else in two. */
function outputBytes(node: ModelNode, tensors: readonly Tensor[]): number {
  if (node.op === 'argmax') return tensors[node.input]!.length <= 256 ? 1 : 2;
  return tensorBytes(tensors.at(-1)!);
}

function tensorBytes({ length, type }: Tensor): number {
  return type === 'int8' ? length : 4 * length;
}

function limited(what: string, value: number, limit: number, place: Place): void {
  if (value > limit) {
    throw new SandboxError('model-too-large', `${place.name}: ${what} is ${value}, more than ${limit}`, {
      ...place.evidence,
      value,
      limit,
    });
  }
}
