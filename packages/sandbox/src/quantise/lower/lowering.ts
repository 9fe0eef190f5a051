import type { Shape, Source } from '../../model/graph.ts';
import {
  MAX_MODEL_BYTES,
  MAX_NODES,
  MAX_ROW_BYTES,
  MAX_ROW_STEPS,
  MAX_TENSOR_BYTES,
} from '../../model/limits.ts';
import { cellsOf } from '../../model/load/geometry.ts';
import type { OnnxGraph, OnnxNode, OnnxType } from '../../onnx/graph.ts';
import { onnxMalformed, onnxTooLarge, onnxUnsupported } from '../../onnx/refusal.ts';
import type { FloatNode, FloatTensor, Network, Quantisation } from '../network.ts';

/** A constant: row-major, in the order of ONNX. */
export interface Constant {
  readonly kind: 'constant';
  readonly type: OnnxType;
  readonly dimensions: readonly number[];
  readonly values: ArrayLike<number>;
  /** Of a constant that was dequantised: what one step stands for, one value or one for each place along the axis. */
  readonly steps: { readonly scales: readonly number[]; readonly axis: number } | null;
}

/** A tensor that depends on the input. */
export interface Activation {
  readonly kind: 'activation';
  readonly source: Source;
  /** As in ONNX, without the batch: [channels, height, width] or [length]. What is flattened keeps its shape as a tensor. */
  readonly dimensions: readonly number[];
  /** int8 or uint8 between QuantizeLinear and DequantizeLinear. */
  readonly type: 'float' | 'int8' | 'uint8';
  /** Behind Softmax: nothing but ArgMax may follow, which does not see the difference. */
  readonly normalised: boolean;
}

/** The number of the largest one: nothing may follow. */
interface Index {
  readonly kind: 'index';
  readonly of: Activation;
}

export type Value = Constant | Activation | Index;

/** Adds what an ONNX node does to a network. */
export type Lower = (to: Lowering, node: OnnxNode) => void;

/** Weights that a network may be made of: one constant may be named by many nodes, and each of them keeps its own, real and permuted. */
const MAX_WEIGHTS = 2 * MAX_MODEL_BYTES;

/** A network in the making: what the names of the ONNX graph stand for, and the nodes so far. */
export class Lowering {
  /** Values by name. */
  readonly values = new Map<string, Value>();
  readonly nodes: FloatNode[] = [];
  readonly tensors: FloatTensor[] = [];
  /** Version of the operators. */
  readonly opset: number;
  /** Batch of the input where it is not free. */
  readonly batch: number | null;
  /** How often each name is taken; the output of the graph counts. */
  readonly #uses = new Map<string, number>();
  #weights = 0;
  #cells = 0;
  #steps = 0;

  constructor({ opset, inputs, constants, outputs }: OnnxGraph, live: readonly OnnxNode[]) {
    this.opset = opset;
    this.batch = inputs[0]!.dimensions[0] ?? null;
    for (const name of [...live.flatMap((node) => node.inputs), outputs[0]!.name]) {
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    }
    for (const [name, tensor] of constants)
      this.values.set(name, { kind: 'constant', ...tensor, steps: null });
  }

  /** Whether a name is taken once only. */
  once(name: string): boolean {
    return this.#uses.get(name) === 1;
  }

  /** An input of a node; undefined where it is left out. */
  value(node: OnnxNode, at: number): Value | undefined {
    const name = node.inputs[at] ?? '';
    if (name === '') return undefined;
    const value = this.values.get(name);
    if (value === undefined) onnxMalformed(node.name, `nothing before it gives its input '${name}'`);
    return value;
  }

  constant(node: OnnxNode, at: number): Constant | undefined {
    const value = this.value(node, at);
    if (value !== undefined && value.kind !== 'constant') {
      onnxUnsupported(node.name, `its input ${at + 1} is not a constant`);
    }
    return value;
  }

  /** A constant that has to be there, with finite values. */
  needConstant(node: OnnxNode, at: number): Constant {
    return this.constant(node, at) ?? onnxMalformed(node.name, `it has no input ${at + 1}`);
  }

  /** An input that depends on the data; a float one unless said otherwise. */
  activation(node: OnnxNode, at: number, type: 'float' | 'quantised' | 'any' = 'float'): Activation {
    const value = this.value(node, at);
    if (value === undefined) return onnxMalformed(node.name, `it has no input ${at + 1}`);
    if (value.kind !== 'activation') {
      return onnxUnsupported(
        node.name,
        `its input ${at + 1} is ${value.kind === 'index' ? 'an index' : 'constant'}`,
      );
    }
    if (value.normalised) onnxUnsupported(node.name, 'only ArgMax may come after Softmax');
    const fits = type === 'any' || (value.type === 'float') === (type === 'float');
    if (!fits) onnxUnsupported(node.name, `its input ${at + 1} is of the type ${value.type}`);
    return value;
  }

  shape({ source }: Activation): Shape {
    return this.tensors[source]!.shape;
  }

  /** Adds a node that gives a tensor of this shape. */
  add(node: OnnxNode, made: FloatNode, shape: Shape, given: Quantisation | null = null): Source {
    if (this.nodes.length >= MAX_NODES) onnxTooLarge(node.name, 'nodes', MAX_NODES);
    this.#steps += stepsOf(made, shape);
    if (this.#steps > MAX_ROW_STEPS) onnxTooLarge(node.name, 'products for a row', MAX_ROW_STEPS);
    this.addTensor({ name: node.name, shape, given });
    this.nodes.push(made);
    return this.nodes.length;
  }

  /** Adds the tensor of the input, or of a node. */
  addTensor(tensor: FloatTensor): void {
    const cells = cellsOf(tensor.shape);
    if (cells > MAX_TENSOR_BYTES) onnxTooLarge(tensor.name, 'values in a tensor', MAX_TENSOR_BYTES);
    this.#cells += cells;
    if (this.#cells > MAX_ROW_BYTES)
      onnxTooLarge(tensor.name, 'values in all tensors of a row', MAX_ROW_BYTES);
    this.tensors.push(tensor);
  }

  /** Called before as many weights are allocated. */
  reserve(node: OnnxNode, weights: number): void {
    this.#weights += weights;
    if (this.#weights > MAX_WEIGHTS) onnxTooLarge(node.name, 'weights in a network', MAX_WEIGHTS);
  }

  /** Gives the first output of a node its value. */
  give(node: OnnxNode, value: Value): void {
    const [name = ''] = node.outputs;
    if (name === '') onnxMalformed(node.name, 'it has no output');
    if (this.values.has(name)) onnxMalformed(node.name, `its output '${name}' is there already`);
    this.values.set(name, value);
  }

  /** {@link give}s a tensor whose dimensions follow from its shape; a float one unless said otherwise. */
  giveTensor(node: OnnxNode, source: Source, like?: Activation, type: Activation['type'] = 'float'): void {
    const { height, width, channels } = this.tensors[source]!.shape;
    const flat = like !== undefined && like.dimensions.length === 1;
    this.give(node, {
      kind: 'activation',
      source,
      dimensions: flat ? [height * width * channels] : [channels, height, width],
      type,
      normalised: false,
    });
  }

  /**
   * Says how a tensor is quantised. Where the network has already said something else about it, it is brought into this
   * quantisation.
   *
   * @returns the tensor that is quantised so
   */
  quantised(node: OnnxNode, source: Source, given: Quantisation): Source {
    const tensor = this.tensors[source]!;
    if (tensor.given === null) {
      this.tensors[source] = { ...tensor, given };
      return source;
    }
    const same = tensor.given.scale === given.scale && tensor.given.zeroPoint === given.zeroPoint;
    return same ? source : this.add(node, { op: 'identity', input: source }, tensor.shape, given);
  }

  network(output: Source, argmax: boolean): Network {
    return { tensors: this.tensors, nodes: this.nodes, output, argmax };
  }
}

/** Products with weights, or cells that a pool looks at. */
function stepsOf(made: FloatNode, shape: Shape): number {
  if ('weights' in made) return (made.weights.length / made.bias.length) * cellsOf(shape);
  return 'kernel' in made ? made.kernel.height * made.kernel.width * cellsOf(shape) : 0;
}
