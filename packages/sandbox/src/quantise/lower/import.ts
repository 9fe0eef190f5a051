import { SandboxError } from '../../errors.ts';
import type { Shape } from '../../model/graph.ts';
import type { OnnxGraph, OnnxNode, OnnxValue } from '../../onnx/graph.ts';
import { readOnnx } from '../../onnx/read.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';
import type { Network, Quantisation } from '../network.ts';
import { Lowering } from './lowering.ts';
import { OPERATORS } from './operators.ts';

const GRAPH = 'the graph';

/** What the bytes of a row stand for where the network does not say it: p / 255, the usual value of a pixel. */
const PIXELS: Quantisation = { scale: 1 / 255, zeroPoint: -128 };

/**
 * Reads a network of one input and one output from an ONNX file, float32 or quantised. Only what the output needs is looked at.
 *
 * @param bytes - from outside
 * @param input - what a byte of a row stands for, less 128; 1/255 and −128 unless said otherwise. A network that quantises its input itself decides
 *   that by itself
 * @throws SandboxError `onnx-malformed`, `onnx-too-large`, `onnx-unsupported`; the evidence names the node
 */
export function importOnnx(bytes: Uint8Array, input: Quantisation = PIXELS): Network {
  const graph = readOnnx(bytes);
  const [value] = graph.inputs;
  const [output] = graph.outputs;
  if (value === undefined || output === undefined) onnxMalformed(GRAPH, 'it has no input or no output');
  if (graph.inputs.length > 1) onnxUnsupported(GRAPH, `it has ${graph.inputs.length} inputs, not one`);
  if (graph.outputs.length > 1) onnxUnsupported(GRAPH, `it has ${graph.outputs.length} outputs, not one`);
  const live = liveNodes(graph, output.name);
  refuseUnsupported(live);
  const to = new Lowering(graph, live);
  addInput(to, value);
  for (const node of live) OPERATORS.get(node.operator)!(to, node);
  const first = to.tensors[0]!;
  to.tensors[0] = { ...first, given: first.given ?? input };
  const end = to.values.get(output.name);
  if (end === undefined || end.kind === 'constant')
    onnxMalformed(GRAPH, 'its output does not depend on its input');
  const { source, dimensions } = end.kind === 'index' ? end.of : end;
  const { height, width } = to.tensors[source]!.shape;
  if (dimensions.length === 1 && height * width > 1)
    onnxUnsupported(GRAPH, 'its output is a flattened picture');
  if (to.nodes.length === 0) onnxUnsupported(GRAPH, 'its output is its input');
  return to.network(source, end.kind === 'index');
}

/** The nodes that the output needs, in the order of the file. */
function liveNodes({ nodes }: OnnxGraph, output: string): readonly OnnxNode[] {
  const needed = new Set([output]);
  const live: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== '' && needed.has(name))) continue;
    live.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  return live.reverse();
}

/** Names every operator that is not supported, with the first node that uses it. */
function refuseUnsupported(nodes: readonly OnnxNode[]): void {
  const first = new Map<string, string>();
  for (const { operator, name } of nodes) {
    if (!OPERATORS.has(operator) && !first.has(operator)) first.set(operator, name);
  }
  if (first.size === 0) return;
  const list = [...first].map(([operator, name]) => `${operator} (first in ${name})`).join(', ');
  throw new SandboxError('onnx-unsupported', `operators that are not supported: ${list}`, {
    operators: [...first.keys()].join(' '),
    nodes: [...first.values()].join(' '),
  });
}

function addInput(to: Lowering, { name, type, dimensions }: OnnxValue): void {
  const [, ...rest] = dimensions;
  const sizes = rest.map((size) => size ?? 0);
  if (type !== 'float' && type !== 'int8' && type !== 'uint8') {
    onnxUnsupported(`the input '${name}'`, 'its values are not float32, int8 or uint8');
  }
  if ((sizes.length !== 1 && sizes.length !== 3) || sizes.some((size) => size < 1)) {
    onnxUnsupported(
      `the input '${name}'`,
      'it is not [batch, channels, height, width] or [batch, length], all but the batch known',
    );
  }
  const shape: Shape =
    sizes.length === 1
      ? { height: 1, width: 1, channels: sizes[0]! }
      : { channels: sizes[0]!, height: sizes[1]!, width: sizes[2]! };
  to.addTensor({ name: `the input '${name}'`, shape, given: null });
  to.values.set(name, { kind: 'activation', source: 0, dimensions: sizes, type, normalised: false });
}
