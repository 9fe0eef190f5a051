import {
  type Block,
  type CellSums,
  createKernels,
  type Kernels,
  type Mark,
  type RecordSums,
} from '@prometheus-compute/kernels';
import { inputsOf } from '../load/load.ts';
import type { LoadedModel } from '../load/loaded-model.ts';
import type { LayerSums, ModelEngine } from './engine.ts';
import { GraphEngine, type Operators, type Records, type SummedLayer } from './graph-engine.ts';
import {
  type Cells,
  type PreparedNode,
  type PreparedRequant,
  prepareNode,
  type Recorded,
} from './kernel-nodes.ts';

export type { Cells };

/** All that a model within the limits and the rows of one block can take; the memory grows only as far as it is needed. */
export const MAXIMUM_BYTES = 2 ** 31;

/**
 * An engine on WebAssembly SIMD kernels. It keeps the weights in the order in which the kernels read them, so it is made once for
 * a model.
 *
 * @param kernels - an instance of its own: what is in its memory stays there
 * @throws KernelError `memory-exhausted`
 */
export function kernelEngine(
  model: LoadedModel,
  kernels: Kernels = createKernels({ maximumBytes: MAXIMUM_BYTES }),
): ModelEngine {
  return new GraphEngine<Cells | Recorded>(model, new KernelOperators(model, kernels));
}

/** Sums of one layer. */
interface Sums {
  readonly inputs: CellSums;
  readonly accumulators: RecordSums;
}

/** The operators of the kernels. */
export class KernelOperators implements Operators<Cells | Recorded> {
  readonly #kernels: Kernels;
  readonly #nodes: readonly (PreparedNode | PreparedRequant)[];
  readonly #prepared: Mark;
  #base: Mark;
  /** The records that were put into the memory in this block of rows. */
  #records: { readonly bytes: Uint8Array; readonly block: Block<'int8'> } | undefined;
  #sums: readonly Sums[] = [];
  /** Accumulators that were read from records in this block of rows. */
  readonly #read = new Map<Recorded, Cells>();

  constructor(model: LoadedModel, kernels: Kernels) {
    this.#kernels = kernels;
    this.#nodes = model.model.nodes.map((node, index) =>
      prepareNode(kernels, node, {
        inputs: inputsOf(node).map((source) => model.tensors[source]!),
        output: model.tensors[index + 1]!,
      }),
    );
    this.#prepared = kernels.memory.mark();
    this.#base = this.#prepared;
  }

  begin(): void {
    this.#records = undefined;
    this.#read.clear();
    this.#kernels.memory.release(this.#base);
  }

  input(bytes: Uint8Array): Cells {
    const { memory, layers } = this.#kernels;
    const output = memory.allocate('int8', bytes.length);
    memory.temporarily(() => layers.recentre(memory.putInt8(bytes), output));
    return output;
  }

  apply(node: number, inputs: readonly (Cells | Recorded)[], rows: number): Cells {
    const prepared = this.#nodes[node]!;
    const [first] = inputs;
    if ('ofRecords' in prepared && first?.kind === 'recorded') return prepared.ofRecords(first.place);
    return prepared(
      inputs.map((input) => this.#cells(input)),
      rows,
    );
  }

  /** Accumulators that are needed as int32 are read from the records once. */
  #cells(cells: Cells | Recorded): Cells {
    if (cells.kind !== 'recorded') return cells;
    let accumulators = this.#read.get(cells);
    if (accumulators === undefined) {
      const { memory, records } = this.#kernels;
      const { rows, count } = cells.place;
      const made = memory.allocate('int32', rows * count);
      records.unpack({ ...cells.place, accumulators: made });
      accumulators = made;
      this.#read.set(cells, made);
    }
    return accumulators;
  }

  pack(accumulators: Cells | Recorded, { bytes, layer, stride, rows }: Records): void {
    const { memory, records } = this.#kernels;
    const count = layer.positions * layer.N;
    const width = count * layer.accBytes;
    memory.temporarily(() => {
      const packed = memory.allocate('int8', rows * width);
      records.pack({
        accumulators: accumulators as Block<'int32'>,
        records: packed,
        rows,
        count,
        recordBytes: width,
        offset: 0,
        bytes: layer.accBytes,
      });
      const view = memory.bytes(packed);
      for (let row = 0; row < rows; row++) {
        bytes.set(view.subarray(row * width, (row + 1) * width), row * stride + layer.offset);
      }
    });
  }

  unpack({ bytes, layer, stride, rows }: Records): Recorded {
    // All layers read the records of a block where they were put once.
    if (this.#records?.bytes !== bytes) this.#records = { bytes, block: this.#kernels.memory.putInt8(bytes) };
    const { positions, N, offset, accBytes } = layer;
    const place = { rows, count: positions * N, recordBytes: stride, offset, bytes: accBytes };
    return { kind: 'recorded', place: { ...place, records: this.#records.block } };
  }

  beginSums(layers: readonly SummedLayer[]): void {
    const { memory, field } = this.#kernels;
    memory.release(this.#prepared);
    this.#sums = layers.map(({ inputs, accumulators, bound }) => ({
      inputs: field.cellSums(inputs),
      accumulators: field.recordSums(accumulators, bound),
    }));
    this.#base = memory.mark();
  }

  addRows(
    layer: number,
    inputs: Cells | Recorded,
    accumulators: Cells | Recorded,
    factors: BigUint64Array,
  ): boolean {
    const { memory, field } = this.#kernels;
    const sums = this.#sums[layer]!;
    return memory.temporarily(() => {
      const scalars = field.put(factors);
      sums.inputs.add(inputs as Block<'int8'>, scalars);
      return sums.accumulators.add((accumulators as Recorded).place, scalars);
    });
  }

  sums(): readonly LayerSums[] {
    const { memory } = this.#kernels;
    const given = this.#sums.map(({ inputs, accumulators }) => ({
      inputs: memory.field(inputs.total()),
      accumulators: memory.field(accumulators.total()),
    }));
    this.#sums = [];
    this.#base = this.#prepared;
    return given;
  }

  copy(cells: Cells | Recorded, into: Int8Array): void {
    into.set(this.#kernels.memory.int8(cells as Block<'int8'>));
  }

  output(cells: Cells | Recorded, into: Uint8Array): void {
    const { memory } = this.#kernels;
    // Looked up first: it may grow the memory.
    const { address } = this.#cells(cells);
    // The memory of WebAssembly is little-endian; an int32 array here is not on every machine.
    into.set(new Uint8Array(memory.wasm.buffer, address, into.length));
  }
}
