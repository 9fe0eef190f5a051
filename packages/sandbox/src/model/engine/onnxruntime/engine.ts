import { type Block, createKernels, type Kernels } from '@prometheus-compute/kernels';
import { SandboxError } from '../../../errors.ts';
import type { LinearNode } from '../../graph.ts';
import { inputsOf } from '../../load/load.ts';
import type { LinearLayer, LoadedModel, Tensor } from '../../load/loaded-model.ts';
import type { RowEngine, RowResults } from '../engine.ts';
import { BLOCK_BYTES } from '../graph-engine.ts';
import { type Cells, KernelOperators, MAXIMUM_BYTES } from '../kernel.ts';
import { prepareNode } from '../kernel-nodes.ts';
import { prepareLayer, type RuntimeLayer } from './layer.ts';
import { isForRuntime } from './layer-graph.ts';
import type { OnnxRuntime } from './runtime.ts';

/** Inputs with which a layer is tried before it is trusted, row by row: by the number of a cell, as a byte. */
const TRIALS: readonly ((cell: number) => number)[] = [
  () => 255,
  () => 0,
  (cell) => (cell % 2 === 0 ? 255 : 0),
  (cell) => (Math.imul(cell + 1, 0x9e37_79b1) >>> 16) & 255,
];
/** Weights whose pairs are cut off by a CPU that cuts any off: those of a channel have one sign, so that no error makes up for another. */
const EXTREMES = [127, -128] as const;
/** The same for weights of 7 bits, which no such CPU cuts off: 255·2·63 and 255·2·−64 fit 16 bits. */
const SEVEN_BIT = [63, -64] as const;

/**
 * An engine that has `onnxruntime` multiply: the accumulators of the checked layers come from its products of integers, and all the rest,
 * rounding above all, from our own kernels. So it gives the same bits as every other engine.
 *
 * Some CPUs (x86 without VNNI) add two products of bytes in 16 bits, where weights of more than 7 bits saturate. Whether this one does
 * is tried with each layer, and with other weights in its place: whoever makes a model could have the errors of its own cancel out for
 * any input that is known beforehand. A pair is cut off for some input only if it is for cells that are all 255 and the largest weights of
 * one sign, since one weight alone fits: 255·128 < 2^15.
 *
 * @throws SandboxError `engine-unusable` where the runtime refuses a layer or is not exact on it
 */
export async function onnxruntimeEngine(model: LoadedModel, runtime: OnnxRuntime): Promise<RowEngine> {
  const kernels = createKernels({ maximumBytes: MAXIMUM_BYTES });
  const operators = new KernelOperators(model, kernels);
  const layers = new Map<number, RuntimeLayer>();
  for (const layer of model.linear) {
    const node = model.model.nodes[layer.node] as LinearNode;
    if (!isForRuntime(layer, node)) continue;
    const input = model.tensors[node.input]!;
    try {
      const of = { runtime, kernels, layer, input, output: model.tensors[layer.node + 1]! };
      const extremes = isSevenBit(node) ? SEVEN_BIT : EXTREMES;
      await tryLayer(of, withExtremes(node, extremes));
      layers.set(layer.node, await tryLayer(of, node));
    } catch (error) {
      if (error instanceof SandboxError) throw error;
      throw unusable(layer, `refuses it: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return new OnnxruntimeEngine(model, operators, layers);
}

class OnnxruntimeEngine implements RowEngine {
  readonly #model: LoadedModel;
  readonly #operators: KernelOperators;
  readonly #layers: ReadonlyMap<number, RuntimeLayer>;
  readonly #checked: ReadonlyMap<number, LinearLayer>;

  constructor(model: LoadedModel, operators: KernelOperators, layers: ReadonlyMap<number, RuntimeLayer>) {
    this.#model = model;
    this.#operators = operators;
    this.#layers = layers;
    this.#checked = new Map(
      model.linear.filter(({ checked }) => checked).map((layer) => [layer.node, layer]),
    );
  }

  /** Not to be called again before it is done. */
  async run(input: Uint8Array): Promise<RowResults> {
    const { inputBytes, outputBytes, rowTraceBytes, rowBytes } = this.#model;
    const total = input.length / inputBytes;
    const output = new Uint8Array(total * outputBytes);
    const trace = new Uint8Array(total * rowTraceBytes);
    const block = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
    for (let first = 0; first < total; first += block) {
      const end = Math.min(total, first + block);
      const part = (bytes: Uint8Array, row: number) => bytes.subarray(first * row, end * row);
      await this.#runBlock(end - first, part(input, inputBytes), {
        output: part(output, outputBytes),
        trace: part(trace, rowTraceBytes),
      });
    }
    return { output, trace };
  }

  async #runBlock(rows: number, input: Uint8Array, { output, trace }: RowResults): Promise<void> {
    const operators = this.#operators;
    const { model, rowTraceBytes } = this.#model;
    operators.begin();
    const tensors: Cells[] = [operators.input(input)];
    for (const [index, node] of model.nodes.entries()) {
      const inputs = inputsOf(node).map((source) => tensors[source]!);
      const runtimeLayer = this.#layers.get(index);
      const made =
        runtimeLayer === undefined
          ? operators.apply(index, inputs, rows)
          : await runtimeLayer(inputs[0] as Block<'int8'>, rows);
      const layer = this.#checked.get(index);
      if (layer !== undefined) operators.pack(made, { bytes: trace, layer, stride: rowTraceBytes, rows });
      tensors.push(made);
    }
    operators.output(tensors[model.output]!, output);
  }
}

/**
 * Has a layer computed by the runtime and by our kernels: all trials together and, since one row has code of its own, the first alone.
 *
 * @param node - with the weights of the layer, or with others in their place
 * @returns the layer, ready
 */
async function tryLayer(
  of: {
    readonly runtime: OnnxRuntime;
    readonly kernels: Kernels;
    readonly layer: LinearLayer;
    readonly input: Tensor;
    readonly output: Tensor;
  },
  node: LinearNode,
): Promise<RuntimeLayer> {
  const { runtime, kernels, layer, input, output } = of;
  const { memory, layers } = kernels;
  const prepared = await prepareLayer(runtime, kernels, node, layer, input);
  const mark = memory.mark();
  const own = prepareNode(kernels, node, { inputs: [input], output });
  for (const trials of [TRIALS, TRIALS.slice(0, 1)]) {
    const bytes = Uint8Array.from({ length: trials.length * input.length }, (_, at) =>
      trials[Math.floor(at / input.length)]!(at % input.length),
    );
    const cells = memory.allocate('int8', bytes.length);
    memory.temporarily(() => layers.recentre(memory.putInt8(bytes), cells));
    const expected = own([cells], trials.length) as Block<'int32'>;
    const made = await prepared(cells, trials.length);
    const right = memory.int32(expected);
    if (!memory.int32(made).every((value, at) => value === right[at])) {
      throw unusable(layer, 'is not exact on this machine for weights of more than 7 bits');
    }
  }
  memory.release(mark);
  return prepared;
}

function isSevenBit({ weights }: LinearNode): boolean {
  return weights.every((weight) => weight >= SEVEN_BIT[1] && weight <= SEVEN_BIT[0]);
}

/** The layer with the first weight in all even channels and the second in all odd ones. */
function withExtremes(node: LinearNode, extremes: readonly [number, number]): LinearNode {
  const channels = node.bias.length;
  return { ...node, weights: node.weights.map((_, at) => extremes[(at % channels) % 2]!) };
}

function unusable({ node, kind }: LinearLayer, said: string): SandboxError {
  return new SandboxError('engine-unusable', `onnxruntime at node ${node} (${kind}) ${said}`, { node });
}
