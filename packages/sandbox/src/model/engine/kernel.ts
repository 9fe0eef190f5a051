import {
  type Block,
  createKernels,
  type Extremes,
  type Kernels,
  type Mark,
} from '@prometheus-compute/kernels';
import { inputsOf } from '../load/load.ts';
import type { LoadedModel } from '../load/loaded-model.ts';
import type { LayerSums, ModelEngine } from './engine.ts';
import { GraphEngine, type Operators, type Records, type SummedLayer } from './graph-engine.ts';
import { type PreparedNode, prepareNode } from './kernel-nodes.ts';

/** All that a model within the limits and the rows of one block can take; the memory grows only as far as it is needed. */
export const MAXIMUM_BYTES = 2 ** 31;

/** Cells in the memory of the kernels. */
export type Cells = Block<'int8'> | Block<'int32'>;

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
  return new GraphEngine<Cells>(model, new KernelOperators(model, kernels));
}

/** Sums of one layer; before the first rows there is nothing in the blocks. */
interface Sums {
  readonly inputs: Block<'field'>;
  readonly accumulators: Block<'field'>;
  begun: boolean;
}

/** The operators of the kernels. */
export class KernelOperators implements Operators<Cells> {
  readonly #kernels: Kernels;
  readonly #nodes: readonly PreparedNode[];
  readonly #prepared: Mark;
  #base: Mark;
  /** The records that were put into the memory in this block of rows. */
  #records: { readonly bytes: Uint8Array; readonly block: Block<'int8'> } | undefined;
  #sums: readonly Sums[] = [];
  /** What was last unpacked, with its least and largest value. */
  #unpacked: { readonly accumulators: Cells; readonly extremes: Extremes } | undefined;

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
    this.#kernels.memory.release(this.#base);
  }

  input(bytes: Uint8Array): Cells {
    const { memory, layers } = this.#kernels;
    const output = memory.allocate('int8', bytes.length);
    memory.temporarily(() => layers.recentre(memory.putInt8(bytes), output));
    return output;
  }

  apply(node: number, inputs: readonly Cells[], rows: number): Cells {
    return this.#nodes[node]!(inputs, rows);
  }

  pack(accumulators: Cells, { bytes, layer, stride, rows }: Records): void {
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

  unpack({ bytes, layer, stride, rows }: Records): Cells {
    const { memory, records } = this.#kernels;
    // All layers read the records of a block where they were put once.
    if (this.#records?.bytes !== bytes) this.#records = { bytes, block: memory.putInt8(bytes) };
    const { block } = this.#records;
    const { positions, N, offset, accBytes } = layer;
    const count = positions * N;
    const accumulators = memory.allocate('int32', rows * count);
    const place = { rows, count, recordBytes: stride, offset, bytes: accBytes };
    const extremes = records.unpack({ accumulators, records: block, ...place });
    this.#unpacked = { accumulators, extremes };
    return accumulators;
  }

  beginSums(layers: readonly SummedLayer[]): void {
    const { memory } = this.#kernels;
    memory.release(this.#prepared);
    this.#sums = layers.map(({ inputs, accumulators }) => ({
      inputs: memory.allocate('field', inputs),
      accumulators: memory.allocate('field', accumulators),
      begun: false,
    }));
    this.#base = memory.mark();
  }

  addRows(layer: number, inputs: Cells, accumulators: Cells, factors: BigUint64Array): void {
    const { memory, field } = this.#kernels;
    const sums = this.#sums[layer]!;
    memory.temporarily(() => {
      const scalars = field.put(factors);
      const accumulate = sums.begun;
      field.combine8({ input: inputs as Block<'int8'>, scalars, output: sums.inputs, accumulate });
      const input = accumulators as Block<'int32'>;
      const { low, high } = this.#extremes(accumulators);
      const bound = Math.max(-low, high);
      field.combine32({ input, scalars, output: sums.accumulators, accumulate, bound });
    });
    sums.begun = true;
  }

  sums(): readonly LayerSums[] {
    const { memory } = this.#kernels;
    const given = this.#sums.map(({ inputs, accumulators }) => ({
      inputs: memory.field(inputs),
      accumulators: memory.field(accumulators),
    }));
    this.#sums = [];
    this.#base = this.#prepared;
    return given;
  }

  isWithin(accumulators: Cells, bound: number): boolean {
    const { low, high } = this.#extremes(accumulators);
    return low >= -bound && high <= bound;
  }

  /** Known since the accumulators were unpacked, or looked up. */
  #extremes(accumulators: Cells): Extremes {
    if (this.#unpacked?.accumulators === accumulators) return this.#unpacked.extremes;
    return this.#kernels.records.extremes(accumulators as Block<'int32'>);
  }

  copy(cells: Cells, into: Int8Array): void {
    into.set(this.#kernels.memory.int8(cells as Block<'int8'>));
  }

  output(cells: Cells, into: Uint8Array): void {
    const { memory } = this.#kernels;
    // The memory of WebAssembly is little-endian; an int32 array here is not on every machine.
    into.set(new Uint8Array(memory.wasm.buffer, cells.address, into.length));
  }
}
