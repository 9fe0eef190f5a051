import { type Block, createKernels, type Kernels } from '@prometheus-compute/kernels';
import { SandboxError } from '../../../errors.ts';
import type { LinearNode } from '../../graph.ts';
import { inputsOf } from '../../load/load.ts';
import type { LinearLayer, LoadedModel } from '../../load/loaded-model.ts';
import type { RowEngine, RowResults } from '../engine.ts';
import { BLOCK_BYTES } from '../graph-engine.ts';
import { type Cells, KernelOperators, MAXIMUM_BYTES } from '../kernel.ts';
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

/**
 * An engine that has `onnxruntime` multiply: the accumulators of the checked layers come from its products of integers, and all the rest,
 * rounding above all, from our own kernels. So it gives the same bits as every other engine.
 *
 * Some CPUs (x86 without VNNI) add two products of bytes in 16 bits, where weights of more than 7 bits saturate. Whether this one does
 * is tried with each layer. A pair is cut off for some input only if it is for cells that are all 255, since one weight alone
 * fits: 255·128 < 2^15.
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
      const prepared = await prepareLayer(runtime, kernels, node, layer, input);
      await tryLayer({ kernels, operators }, layer, input.length, prepared);
      layers.set(layer.node, prepared);
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

/** Has a layer computed by the runtime and by our kernels: all trials together and, since one row has code of its own, the first alone. */
async function tryLayer(
  { kernels, operators }: { readonly kernels: Kernels; readonly operators: KernelOperators },
  layer: LinearLayer,
  length: number,
  prepared: RuntimeLayer,
): Promise<void> {
  for (const trials of [TRIALS, TRIALS.slice(0, 1)]) {
    operators.begin();
    const bytes = Uint8Array.from({ length: trials.length * length }, (_, at) =>
      trials[Math.floor(at / length)]!(at % length),
    );
    const input = operators.input(bytes);
    const expected = operators.apply(layer.node, [input], trials.length) as Block<'int32'>;
    const made = await prepared(input as Block<'int8'>, trials.length);
    const right = kernels.memory.int32(expected);
    if (!kernels.memory.int32(made).every((value, at) => value === right[at])) {
      throw unusable(layer, 'is not exact on this machine for weights of more than 7 bits');
    }
  }
}

function unusable({ node, kind }: LinearLayer, said: string): SandboxError {
  return new SandboxError('engine-unusable', `onnxruntime at node ${node} (${kind}) ${said}`, { node });
}
