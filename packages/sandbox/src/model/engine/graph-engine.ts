import { inputsOf } from '../load/load.ts';
import type { LinearLayer, LoadedModel } from '../load/loaded-model.ts';
import type { DerivedRows, FoldedRows, LayerSums, ModelEngine, RowResults } from './engine.ts';

/** Bytes that the tensors of the rows of one block take; a row that takes more is a block of its own. */
export const BLOCK_BYTES = 32 * 1024 * 1024;
/** The same while rows are checked, which is reading more than computing: they and their records stay in the caches. */
const FOLDED_BYTES = 2 * 1024 * 1024;

/** Rows whose records begin `stride` bytes apart, in which the accumulators of one layer stand. */
export interface Records {
  readonly bytes: Uint8Array;
  readonly layer: LinearLayer;
  /** Bytes of a row record. */
  readonly stride: number;
  readonly rows: number;
}

/**
 * What an engine computes with. `Cells` are the cells of one tensor for all rows of a block, one row after the other; they are
 * good until the next block begins.
 */
export interface Operators<Cells> {
  /** Begins a block: what was made for the one before is no longer needed. */
  begin(): void;
  /** The input: each byte less 128. */
  input(bytes: Uint8Array): Cells;
  /** The output of a node. */
  apply(node: number, inputs: readonly Cells[], rows: number): Cells;
  /** Writes accumulators into row records. */
  pack(accumulators: Cells, records: Records): void;
  /** Accumulators as they stand in row records, which they may be read from when they are needed. */
  unpack(records: Records): Cells;
  /** Begins sums over rows: one for each of these layers. They last until {@link sums} gives them out. */
  beginSums(layers: readonly SummedLayer[]): void;
  /**
   * Adds rows, each times its scalar, to the sums of a layer.
   *
   * @param accumulators - what {@link unpack} gave
   * @returns whether none of them is larger than the layer's bound; if one is, the sums may be anything
   */
  addRows(layer: number, inputs: Cells, accumulators: Cells, scalars: BigUint64Array): boolean;
  sums(): readonly LayerSums[];
  /** Copies int8 cells. */
  copy(cells: Cells, into: Int8Array): void;
  /** The cells of the model's output as bytes: int8 as they are, int32 and indices little-endian. */
  output(cells: Cells, into: Uint8Array): void;
}

/** Cells of one row of what a layer takes, and of its accumulators, none of which is larger than `bound`. */
export interface SummedLayer {
  readonly inputs: number;
  readonly accumulators: number;
  readonly bound: number;
}

/** Walks through the graph, block of rows by block of rows, with the operators of one engine. */
export class GraphEngine<Cells> implements ModelEngine {
  readonly #model: LoadedModel;
  readonly #operators: Operators<Cells>;
  readonly #checked: ReadonlyMap<number, LinearLayer>;

  constructor(model: LoadedModel, operators: Operators<Cells>) {
    this.#model = model;
    this.#operators = operators;
    this.#checked = new Map(
      model.linear.filter(({ checked }) => checked).map((layer) => [layer.node, layer]),
    );
  }

  run(input: Uint8Array): RowResults {
    const trace = new Uint8Array((input.length / this.#model.inputBytes) * this.#model.rowTraceBytes);
    const operators = this.#operators;
    const output = this.#walk(input, trace, this.#blockRows, (records, node, inputs) => {
      const accumulators = operators.apply(node, inputs, records.rows);
      operators.pack(accumulators, records);
      return accumulators;
    });
    return { output, trace };
  }

  derive(input: Uint8Array, trace: Uint8Array): DerivedRows {
    const rows = input.length / this.#model.inputBytes;
    const kept = new Map<number, Int8Array>();
    for (const { node } of this.#checked.values())
      kept.set(node, new Int8Array(rows * this.#inputLength(node)));
    const operators = this.#operators;
    const output = this.#walk(input, trace, this.#blockRows, (records, node, inputs, first) => {
      const length = this.#inputLength(node);
      const end = (first + records.rows) * length;
      operators.copy(inputs[0]!, kept.get(node)!.subarray(first * length, end));
      return operators.unpack(records);
    });
    return { output, activations: ({ node }) => kept.get(node) ?? new Int8Array(0) };
  }

  fold(input: Uint8Array, trace: Uint8Array, scalars: BigUint64Array): FoldedRows | undefined {
    const operators = this.#operators;
    const layers = [...this.#checked.values()];
    operators.beginSums(
      layers.map(({ node, positions, N, bound }) => ({
        inputs: this.#inputLength(node),
        accumulators: positions * N,
        bound,
      })),
    );
    let isWithin = true;
    const block = Math.floor(FOLDED_BYTES / (this.#model.rowBytes + this.#model.rowTraceBytes));
    const output = this.#walk(input, trace, block, (records, _, inputs, first) => {
      const accumulators = operators.unpack(records);
      const factors = scalars.subarray(first, first + records.rows);
      const layer = layers.indexOf(records.layer);
      if (!operators.addRows(layer, inputs[0]!, accumulators, factors)) isWithin = false;
      return accumulators;
    });
    const sums = operators.sums();
    return isWithin ? { output, sums } : undefined;
  }

  get #blockRows(): number {
    return Math.floor(BLOCK_BYTES / this.#model.rowBytes);
  }

  /**
   * @param most - rows of a block, but at least one
   * @param checked - gives the accumulators of a checked layer for a block, whose first row is `first`
   */
  #walk(
    input: Uint8Array,
    trace: Uint8Array,
    most: number,
    checked: (records: Records, node: number, inputs: readonly Cells[], first: number) => Cells,
  ): Uint8Array {
    const { model, inputBytes, outputBytes, rowTraceBytes } = this.#model;
    const total = input.length / inputBytes;
    const output = new Uint8Array(total * outputBytes);
    const block = Math.max(1, most);
    for (let first = 0; first < total; first += block) {
      const end = Math.min(total, first + block);
      const rows = end - first;
      const records = {
        bytes: trace.subarray(first * rowTraceBytes, end * rowTraceBytes),
        stride: rowTraceBytes,
        rows,
      };
      this.#operators.begin();
      const tensors = [this.#operators.input(input.subarray(first * inputBytes, end * inputBytes))];
      for (const [index, node] of model.nodes.entries()) {
        const inputs = inputsOf(node).map((source) => tensors[source]!);
        const layer = this.#checked.get(index);
        const made =
          layer === undefined
            ? this.#operators.apply(index, inputs, rows)
            : checked({ ...records, layer }, index, inputs, first);
        tensors.push(made);
      }
      this.#operators.output(tensors[model.output]!, output.subarray(first * outputBytes, end * outputBytes));
    }
    return output;
  }

  /** Cells of one row of what a node takes. */
  #inputLength(node: number): number {
    const [source] = inputsOf(this.#model.model.nodes[node]!);
    return this.#model.tensors[source!]!.length;
  }
}
