import type { WindowGeometry } from '@prometheus-compute/kernels';
import type { Hash32 } from '@prometheus-compute/protocol';
import type { LinearLayer, LinearNode, LoadedModel, ModelEngine } from '@prometheus-compute/sandbox';
import { addFields, FIELD_PRIME, fieldElements, fieldOf, sumOf } from './field.ts';

/** Most chunks fit: each further block costs an addition for each cell of each layer. */
const BLOCK_BYTES = 64 * 1024 * 1024;

/** Where the accumulators of a layer stand in a row record. */
export type RecordPlace = Pick<LinearLayer, 'offset' | 'positions' | 'N' | 'accBytes' | 'bound'>;

/** Sums over the field of p = 2^61 − 1. Elements are below p; negative integers count as p + value. */
export interface ProjectionKernels {
  /** Σ_r scalars[r]·values[r][l] for each l; `values` holds one row after the other. */
  combineActivations(values: Int8Array, scalars: BigUint64Array): BigUint64Array;
  /**
   * The same for a layer's accumulators in the records of some rows: [position][channel]. Undefined when one of them is larger
   * than the layer allows: no run gives it.
   */
  combineRecords(
    records: Uint8Array,
    place: RecordPlace,
    scalars: BigUint64Array,
  ): BigUint64Array | undefined;
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
  readonly #blockRows: number;
  readonly #columns = new Map<number, Columns>();

  constructor(of: {
    readonly model: LoadedModel;
    readonly engine: ModelEngine;
    readonly kernels: ProjectionKernels;
    readonly challenge: Hash32;
    /** Bytes of activations and accumulators that are in memory at a time; at least one row is. */
    readonly blockBytes?: number;
  }) {
    this.#model = of.model;
    this.#engine = of.engine;
    this.#kernels = of.kernels;
    this.#challenge = of.challenge;
    this.#blockRows = Math.max(1, Math.floor((of.blockBytes ?? BLOCK_BYTES) / rowBytes(of.model)));
  }

  /**
   * The outputs that follow from the records of a chunk, if the accumulators in them are those of its rows: with C a layer's
   * accumulators and A its inputs, which follow from the layers before, Σ_row s_row·(C_row − bias)·r = Σ_row s_row·A_row·(W·r) at
   * each position, over the field. s belongs to the chunk, r to the layer; wrong accumulators pass with probability at
   * most 2/p for each layer.
   *
   * @param input - whole rows
   * @param records - rowTraceBytes for each of them
   * @returns the outputs of all rows; undefined for records that no run gives
   */
  outputs(chunk: number, input: Uint8Array, records: Uint8Array): Uint8Array | undefined {
    const { inputBytes, outputBytes, rowTraceBytes, linear } = this.#model;
    const rows = input.length / inputBytes;
    const scalars = fieldElements('freivalds-rows', this.#challenge, chunk, rows);
    const output = new Uint8Array(rows * outputBytes);
    const layers = linear.filter(({ checked }) => checked);
    const sums = layers.map((): Sums => ({ inputs: undefined, accumulators: undefined }));
    for (let row = 0; row < rows; row += this.#blockRows) {
      const end = Math.min(row + this.#blockRows, rows);
      const block = records.subarray(row * rowTraceBytes, end * rowTraceBytes);
      const derived = this.#engine.derive(input.subarray(row * inputBytes, end * inputBytes), block);
      output.set(derived.output, row * outputBytes);
      const weights = scalars.subarray(row, end);
      for (const [at, layer] of layers.entries()) {
        const accumulators = this.#kernels.combineRecords(block, layer, weights);
        if (accumulators === undefined) return undefined;
        const sum = sums[at]!;
        sum.accumulators = addFields(sum.accumulators, accumulators);
        const inputs = this.#kernels.combineActivations(derived.activations(layer), weights);
        sum.inputs = addFields(sum.inputs, inputs);
      }
    }
    const total = sumOf(scalars);
    return layers.every((layer, at) => this.#agrees(layer, sums[at]!, total)) ? output : undefined;
  }

  #agrees(layer: LinearLayer, { inputs, accumulators }: Sums, total: bigint): boolean {
    const { elements, products, bias } = this.#columnsOf(layer);
    const node = this.#nodeOf(layer);
    const pad = node.op === 'conv' ? (fieldOf(node.padValue) * total) % FIELD_PRIME : 0n;
    const expected = this.#kernels.foldWindow(inputs!, products, this.#geometry(node), pad);
    const shift = (bias * total) % FIELD_PRIME;
    const given = this.#kernels.dots(accumulators!, elements);
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
        bias: this.#kernels.dots(BigUint64Array.from(bias, fieldOf), elements)[0]!,
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

/** Bytes that a row takes here: its input, its record, the record's accumulators unpacked, and the inputs of the checked layers. */
function rowBytes({ inputBytes, rowTraceBytes, linear, tensors, model }: LoadedModel): number {
  const layers = linear.filter(({ checked }) => checked);
  const cells = layers.map(({ node, positions, N }) => {
    const { input } = model.nodes[node] as LinearNode;
    return tensors[input]!.length + 4 * positions * N;
  });
  return cells.reduce((sum, bytes) => sum + bytes, inputBytes + rowTraceBytes);
}

const NO_PADDING = { top: 0, left: 0, bottom: 0, right: 0 };

/** Σ s_row·A_row and Σ s_row·C_row of a layer, over the rows that were read. */
interface Sums {
  inputs: BigUint64Array | undefined;
  accumulators: BigUint64Array | undefined;
}

interface Columns {
  readonly elements: BigUint64Array;
  readonly products: BigUint64Array;
  readonly bias: bigint;
}
