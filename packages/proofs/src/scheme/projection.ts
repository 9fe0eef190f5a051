import type { Hash32 } from '@prometheus-compute/protocol';
import type { LinearLayer, LinearNode, LoadedModel, ModelEngine } from '@prometheus-compute/sandbox';
import { addFields, FIELD_PRIME, fieldElements, fieldOf, sumOf } from './field.ts';
import { layerAccumulators } from './records.ts';

/** Rows whose activations and accumulators are in memory at a time. */
const BLOCK_ROWS = 32;

/** How the window of a layer moves over its input. A matrix product is a window as large as its input. */
export interface WindowGeometry {
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  readonly output: { readonly height: number; readonly width: number };
  readonly kernel: { readonly height: number; readonly width: number };
  readonly stride: { readonly height: number; readonly width: number };
  readonly padding: { readonly top: number; readonly left: number };
}

/** Sums over the field of p = 2^61 − 1 that the kernels make. Elements are below p, in little-endian words of 64 bits. */
export interface ProjectionKernels {
  /** Σ_r scalars[r]·values[r][l] for each l; `values` holds one row after the other. */
  combine8(values: Int8Array, scalars: BigUint64Array): BigUint64Array;
  combine32(values: Int32Array, scalars: BigUint64Array): BigUint64Array;
  /** W·r: Σ_n weights[k][n]·columns[n] for each k. */
  weightTimes(weights: Int8Array, columns: BigUint64Array): BigUint64Array;
  /** Σ_i a[i]·b[i] */
  fieldDot(a: BigUint64Array, b: BigUint64Array): bigint;
  /** Σ_k patch(values)[k]·products[k] for each output position; cells that padding adds have the value `pad`. */
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
   * @returns the outputs of all rows; undefined for records that no run gives
   */
  outputs(chunk: number, input: Uint8Array, records: Uint8Array): Uint8Array | undefined {
    const { inputBytes, outputBytes, rowTraceBytes, linear } = this.#model;
    const rows = input.length / inputBytes;
    const scalars = fieldElements('freivalds-rows', this.#challenge, chunk, rows);
    const output = new Uint8Array(rows * outputBytes);
    const layers = linear.filter(({ checked }) => checked);
    const sums = layers.map((): Sums => ({ inputs: undefined, accumulators: undefined }));
    for (let row = 0; row < rows; row += BLOCK_ROWS) {
      const end = Math.min(row + BLOCK_ROWS, rows);
      const block = records.subarray(row * rowTraceBytes, end * rowTraceBytes);
      const derived = this.#engine.derive(input.subarray(row * inputBytes, end * inputBytes), block);
      output.set(derived.output, row * outputBytes);
      const weights = scalars.subarray(row, end);
      for (const [at, layer] of layers.entries()) {
        const accumulators = layerAccumulators(block, rowTraceBytes, layer);
        if (accumulators === undefined) return undefined;
        const sum = sums[at]!;
        sum.inputs = addFields(sum.inputs, this.#kernels.combine8(derived.activations(layer), weights));
        sum.accumulators = addFields(sum.accumulators, this.#kernels.combine32(accumulators, weights));
      }
    }
    const total = sumOf(scalars);
    return layers.every((layer, at) => this.#agrees(layer, sums[at]!, total)) ? output : undefined;
  }

  #agrees(layer: LinearLayer, { inputs, accumulators }: Sums, total: bigint): boolean {
    const { elements, products, bias } = this.#columnsOf(layer);
    const node = this.#nodeOf(layer);
    const pad = node.op === 'conv' ? (fieldOf(node.padValue) * total) % FIELD_PRIME : 0n;
    const expected = this.#kernels.foldWindow(inputs!, products, this.#geometry(layer, node), pad);
    const shift = (bias * total) % FIELD_PRIME;
    for (const [position, right] of expected.entries()) {
      const cells = accumulators!.subarray(position * layer.N, (position + 1) * layer.N);
      const left = this.#kernels.fieldDot(cells, elements);
      if ((left + FIELD_PRIME - shift) % FIELD_PRIME !== right) return false;
    }
    return true;
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
        bias: this.#kernels.fieldDot(BigUint64Array.from(bias, fieldOf), elements),
      };
      this.#columns.set(layer.node, columns);
    }
    return columns;
  }

  #nodeOf({ node }: LinearLayer): LinearNode {
    return this.#model.model.nodes[node] as LinearNode;
  }

  #geometry(layer: LinearLayer, node: LinearNode): WindowGeometry {
    const { tensors } = this.#model;
    const input = tensors[node.input]!.shape;
    if (node.op === 'conv') {
      const { kernel, stride, padding } = node;
      return { input, output: tensors[layer.node + 1]!.shape, kernel, stride, padding };
    }
    const one = { height: 1, width: 1 };
    return { input, output: one, kernel: input, stride: one, padding: { top: 0, left: 0 } };
  }
}

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
