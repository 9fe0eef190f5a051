import type { WindowGeometry } from '@prometheus-compute/kernels';
import type { Hash32 } from '@prometheus-compute/protocol';
import type {
  LayerSums,
  LinearLayer,
  LinearNode,
  LoadedModel,
  ModelEngine,
} from '@prometheus-compute/sandbox';
import { FIELD_PRIME, fieldElements, fieldOf, fieldVector, sumOf } from './field.ts';

/** Products over the field of p = 2^61 − 1. Elements are below p; negative integers count as p + value. */
export interface ProjectionKernels {
  /** W·r: Σ_n weights[k][n]·columns[n] for each k. */
  weightTimes(weights: Int8Array, columns: BigUint64Array): BigUint64Array;
  /** Σ_n matrix[i][n]·vector[n] for each i. */
  dots(matrix: BigUint64Array, vector: BigUint64Array): BigUint64Array;
  /** Σ_k window(position)[k]·products[k] for each output position; cells that padding adds have the value `pad`. */
  foldWindow(
    values: BigUint64Array,
    products: BigUint64Array,
    geometry: WindowGeometry,
    pad: bigint,
  ): BigUint64Array;
}

/** Projections of the checked layers of one model under one challenge. What depends on no chunk is made once. */
export class Projector {
  readonly #model: LoadedModel;
  readonly #engine: ModelEngine;
  readonly #kernels: ProjectionKernels;
  readonly #challenge: Hash32;
  readonly #columns = new Map<number, Columns>();

  constructor(of: {
    readonly model: LoadedModel;
    readonly engine: ModelEngine;
    readonly kernels: ProjectionKernels;
    readonly challenge: Hash32;
  }) {
    this.#model = of.model;
    this.#engine = of.engine;
    this.#kernels = of.kernels;
    this.#challenge = of.challenge;
  }

  /**
   * The outputs that follow from the records of a chunk, if the accumulators in them are those of its rows: with C a layer's
   * accumulators and A its inputs, which follow from the layers before, Σ_row s_row·(C_row − bias)·r = Σ_row s_row·A_row·(W·r) at
   * each position, over the field. s belongs to the chunk, r to the layer; wrong accumulators pass with probability at
   * most 2/p for each layer.
   *
   * @param input - whole rows
   * @param records - rowTraceBytes for each of them
   * @param withheld - rows whose records are zeros: their scalar is 0, so they are not looked at
   * @returns the outputs of all rows but the withheld ones, in whose place stands anything; undefined for records that no run gives
   */
  outputs(
    chunk: number,
    input: Uint8Array,
    records: Uint8Array,
    withheld: readonly number[] = [],
  ): Uint8Array | undefined {
    const { inputBytes, linear } = this.#model;
    const rows = input.length / inputBytes;
    const scalars = fieldElements('freivalds-rows', this.#challenge, chunk, rows);
    for (const row of withheld) scalars[row] = 0n;
    const folded = this.#engine.fold(input, records, scalars);
    if (folded === undefined) return undefined;
    const total = sumOf(scalars);
    const layers = linear.filter(({ checked }) => checked);
    return layers.every((layer, at) => this.#agrees(layer, folded.sums[at]!, total))
      ? folded.output
      : undefined;
  }

  #agrees(layer: LinearLayer, { inputs, accumulators }: LayerSums, total: bigint): boolean {
    const { elements, products, bias } = this.#columnsOf(layer);
    const node = this.#nodeOf(layer);
    const pad = node.op === 'conv' ? (fieldOf(node.padValue) * total) % FIELD_PRIME : 0n;
    const expected = this.#kernels.foldWindow(inputs, products, this.#geometry(node), pad);
    const shift = (bias * total) % FIELD_PRIME;
    const given = this.#kernels.dots(accumulators, elements);
    return given.every((left, position) => (left + FIELD_PRIME - shift) % FIELD_PRIME === expected[position]);
  }

  /** r, W·r and bias·r of a layer. */
  #columnsOf(layer: LinearLayer): Columns {
    let columns = this.#columns.get(layer.node);
    if (columns === undefined) {
      const { weights, bias } = this.#nodeOf(layer);
      const elements = fieldElements('freivalds-columns', this.#challenge, layer.node, layer.N);
      columns = {
        elements,
        products: this.#kernels.weightTimes(weights, elements),
        bias: this.#kernels.dots(fieldVector(bias), elements)[0]!,
      };
      this.#columns.set(layer.node, columns);
    }
    return columns;
  }

  #nodeOf({ node }: LinearLayer): LinearNode {
    return this.#model.model.nodes[node] as LinearNode;
  }

  #geometry(node: LinearNode): WindowGeometry {
    const shape = this.#model.tensors[node.input]!.shape;
    if (node.op === 'conv')
      return { ...shape, kernel: node.kernel, stride: node.stride, padding: node.padding };
    // A matrix product is a window as large as its input.
    return { ...shape, kernel: shape, stride: { height: 1, width: 1 }, padding: NO_PADDING };
  }
}

const NO_PADDING = { top: 0, left: 0, bottom: 0, right: 0 };

interface Columns {
  readonly elements: BigUint64Array;
  readonly products: BigUint64Array;
  readonly bias: bigint;
}
