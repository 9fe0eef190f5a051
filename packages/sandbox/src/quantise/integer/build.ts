import type { Model, ModelNode, Source } from '../../model/graph.ts';
import type { RealRange } from '../calibration.ts';
import type {
  FloatConv,
  FloatGemm,
  FloatNode,
  FloatPool,
  FloatUnary,
  Network,
  Quantisation,
} from '../network.ts';
import { type Fusion, fusions, quantisations } from './plan.ts';
import { multipliersOf, toInt8 } from './rounding.ts';
import { integerWeights } from './weights.ts';

/** How a network becomes a model. */
export interface BuildOptions {
  /** All weights in −64..63. */
  readonly sevenBit: boolean;
  /** Whether the output is the number of the largest channel. */
  readonly argmax: boolean;
}

/**
 * The integer graph of a network.
 *
 * @param observed - range of a tensor that the network does not quantise itself
 * @throws SandboxError `onnx-unsupported`
 */
export function buildModel(
  network: Network,
  options: BuildOptions,
  observed: (source: Source) => RealRange,
): Model {
  return new Builder(network, options, observed).model();
}

class Builder {
  readonly #network: Network;
  readonly #options: BuildOptions;
  readonly #fused: ReadonlyMap<Source, Fusion>;
  readonly #quantisations: readonly Quantisation[];
  /** Tensors of the model by those of the network. */
  readonly #sources = new Map<Source, Source>([[0, 0]]);
  readonly #nodes: ModelNode[] = [];
  /** The linear node whose accumulators `argmax` compares. */
  readonly #last: Source | undefined;

  constructor(network: Network, options: BuildOptions, observed: (source: Source) => RealRange) {
    this.#network = network;
    this.#options = options;
    this.#fused = fusions(network);
    this.#last = options.argmax && comparable(network) ? network.output : undefined;
    const range = (source: Source) => (source === this.#last ? { low: 0, high: 0 } : observed(source));
    this.#quantisations = quantisations(network, this.#fused, range);
  }

  model(): Model {
    const { nodes, output, tensors } = this.#network;
    for (const [index, node] of nodes.entries())
      if (!this.#sources.has(index + 1)) this.#lower(node, index + 1);
    if (this.#options.argmax) this.#push({ op: 'argmax', input: this.#source(output) });
    const [input] = this.#quantisations;
    const { scale, zeroPoint } = input!;
    return {
      input: { shape: tensors[0]!.shape, zeroPoint, low: -128, high: 127 },
      nodes: this.#nodes,
      output: this.#nodes.length,
      scales: { input: scale, output: this.#options.argmax ? 1 : this.#quantisations[output]!.scale },
    };
  }

  #lower(node: FloatNode, source: Source): void {
    switch (node.op) {
      case 'conv':
      case 'gemm':
        this.#linear(node, source);
        break;
      case 'clip':
      case 'leaky':
      case 'identity':
        this.#table(node, source);
        break;
      case 'maxpool': {
        const { kernel, stride, padding } = node;
        const pooled = this.#push({
          op: 'maxpool',
          input: this.#source(node.input),
          kernel,
          stride,
          padding,
        });
        this.#kept(node.input, source, pooled);
        break;
      }
      case 'reshape': {
        const reshaped = this.#push({ op: 'reshape', input: this.#source(node.input), shape: node.shape });
        this.#kept(node.input, source, reshaped);
        break;
      }
      case 'avgpool':
        this.#average(node, source);
        break;
      case 'add':
        this.#add(node.inputs, source);
        break;
      case 'concat':
        this.#concat(node.inputs, source);
        break;
    }
  }

  #linear(node: FloatConv | FloatGemm, source: Source): void {
    const place = this.#name(source);
    const input = this.#quantisations[node.input]!;
    const uniform = source === this.#last;
    const { sevenBit } = this.#options;
    const { weights, bias, scales } = integerWeights(node, input, { sevenBit, uniform }, place);
    const from = this.#source(node.input);
    const { zeroPoint: padValue } = input;
    const made =
      node.op === 'gemm'
        ? this.#push({ op: 'gemm', input: from, weights, bias })
        : this.#push({ ...convOf(node), input: from, weights, bias, padValue });
    if (uniform) {
      this.#sources.set(source, made);
      return;
    }
    const { target, activation } = this.#fused.get(source) ?? { target: source, activation: undefined };
    const output = this.#quantisations[target]!;
    const factors = Array.from(scales, (scale) => (input.scale * scale) / output.scale);
    const slope = activation?.op === 'leaky' ? activation.slope : 1;
    const { multipliers, shift } = multipliersOf(
      [...factors, ...factors.map((factor) => slope * factor)],
      place,
    );
    const requant = this.#push({
      op: 'requant',
      input: made,
      multipliers: Int32Array.from(multipliers.slice(0, factors.length)),
      negative: slope === 1 ? null : Int32Array.from(multipliers.slice(factors.length)),
      shift,
      zeroPoint: output.zeroPoint,
      ...bounds(activation, output),
    });
    this.#sources.set(target, requant);
  }

  /** A function of one int8, as a table. */
  #table(node: FloatUnary, source: Source): void {
    const made = this.#tableOf(
      this.#source(node.input),
      this.#quantisations[node.input]!,
      this.#quantisations[source]!,
      node,
    );
    this.#sources.set(source, made);
  }

  #tableOf(input: Source, from: Quantisation, to: Quantisation, node?: FloatUnary): Source {
    const table = Int8Array.from({ length: 256 }, (_, at) => {
      const real = from.scale * (at - 128 - from.zeroPoint);
      return toInt8(to.zeroPoint + applied(node, real) / to.scale);
    });
    return this.#push({ op: 'table', input, table });
  }

  /** What has the quantisation of its input, unless the network says another one. */
  #kept(input: Source, source: Source, made: Source): void {
    const [from, to] = [this.#quantisations[input]!, this.#quantisations[source]!];
    const same = from.scale === to.scale && from.zeroPoint === to.zeroPoint;
    this.#sources.set(source, same ? made : this.#tableOf(made, from, to));
  }

  #average({ input, kernel, stride, padding, countPadding }: FloatPool, source: Source): void {
    const [from, to] = [this.#quantisations[input]!, this.#quantisations[source]!];
    const factors = Array.from(
      { length: kernel.height * kernel.width },
      (_, at) => from.scale / to.scale / (at + 1),
    );
    const { multipliers, shift } = multipliersOf(factors, this.#name(source));
    const made = this.#push({
      op: 'avgpool',
      input: this.#source(input),
      kernel,
      stride,
      padding,
      inputZeroPoint: from.zeroPoint,
      multipliers: Int32Array.from(multipliers),
      shift,
      zeroPoint: to.zeroPoint,
      countPadding,
    });
    this.#sources.set(source, made);
  }

  #add(inputs: readonly Source[], source: Source): void {
    const { target, activation } = this.#fused.get(source) ?? { target: source, activation: undefined };
    const to = this.#quantisations[target]!;
    const terms = this.#terms(inputs, to, source);
    const made = this.#push({
      op: 'add',
      inputs: pair(terms.inputs),
      inputZeroPoints: pair(terms.inputZeroPoints),
      multipliers: pair(terms.multipliers),
      shift: terms.shift,
      zeroPoint: to.zeroPoint,
      ...bounds(activation, to),
    });
    this.#sources.set(target, made);
  }

  #concat(inputs: readonly Source[], source: Source): void {
    const to = this.#quantisations[source]!;
    this.#sources.set(
      source,
      this.#push({ op: 'concat', ...this.#terms(inputs, to, source), zeroPoint: to.zeroPoint }),
    );
  }

  /** Several inputs brought into one quantisation. */
  #terms(inputs: readonly Source[], to: Quantisation, source: Source) {
    const from = inputs.map((input) => this.#quantisations[input]!);
    const factors = from.map(({ scale }) => scale / to.scale);
    return {
      inputs: inputs.map((input) => this.#source(input)),
      inputZeroPoints: from.map(({ zeroPoint }) => zeroPoint),
      ...multipliersOf(factors, this.#name(source)),
    };
  }

  #push(node: ModelNode): Source {
    this.#nodes.push(node);
    return this.#nodes.length;
  }

  #source(source: Source): Source {
    return this.#sources.get(source)!;
  }

  #name(source: Source): string {
    return this.#network.tensors[source]!.name;
  }
}

/** Whether the accumulators of the last node can be compared: one scale for all channels, and no rounding that the network asks for. */
function comparable({ nodes, tensors, output }: Network): boolean {
  const node = nodes[output - 1]!;
  if (!('weights' in node) || tensors[output]!.given !== null) return false;
  return node.scales === null || node.scales.every((scale) => scale === node.scales![0]);
}

function convOf({ kernel, stride, padding, groups }: FloatConv) {
  return { op: 'conv', kernel, stride, padding, groups } as const;
}

function applied(node: FloatUnary | undefined, value: number): number {
  if (node?.op === 'clip') return Math.min(Math.max(value, node.low), node.high);
  return node?.op === 'leaky' && value < 0 ? node.slope * value : value;
}

function bounds(activation: FloatUnary | undefined, { scale, zeroPoint }: Quantisation) {
  if (activation?.op !== 'clip') return { low: -128, high: 127 };
  return {
    low: toInt8(zeroPoint + activation.low / scale),
    high: toInt8(zeroPoint + activation.high / scale),
  };
}

function pair<T>(values: readonly T[]): readonly [T, T] {
  return [values[0]!, values[1]!];
}
