import type { LoadedModel } from '../load/loaded-model.ts';
import type { LayerSums, ModelEngine } from './engine.ts';
import { GraphEngine, type Operators, type Records, type SummedLayer } from './graph-engine.ts';
import { plainAdd, plainArgmax, plainConcat, plainRequant, plainTable } from './plain-cells.ts';
import { plainConv, plainGemm } from './plain-linear.ts';
import { plainAvgPool, plainMaxPool } from './plain-pool.ts';

type Cells = Int8Array | Int32Array;

/** An engine in plain TypeScript: what every other one has to agree with bit for bit, and some twenty times slower. */
export function plainEngine(model: LoadedModel): ModelEngine {
  return new GraphEngine<Cells>(model, new PlainOperators(model));
}

/** The type of a tensor is checked when the model is loaded; so `as` here asserts what is known. */
class PlainOperators implements Operators<Cells> {
  readonly #model: LoadedModel;
  #sums: readonly (LayerSums & { readonly bound: number })[] = [];

  constructor(model: LoadedModel) {
    this.#model = model;
  }

  begin(): void {}

  input(bytes: Uint8Array): Int8Array {
    return Int8Array.from(bytes, (byte) => byte - 128);
  }

  apply(index: number, inputs: readonly Cells[], rows: number): Cells {
    const node = this.#model.model.nodes[index]!;
    const [first, second] = inputs as readonly Int8Array[];
    const shapeOf = (source: number) => this.#model.tensors[source]!.shape;
    switch (node.op) {
      case 'conv':
        return plainConv(node, shapeOf(node.input), first!, rows);
      case 'gemm':
        return plainGemm(node, first!, rows);
      case 'requant':
        return plainRequant(node, inputs[0] as Int32Array);
      case 'table':
        return plainTable(node, first!);
      case 'maxpool':
        return plainMaxPool(node, shapeOf(node.input), first!, rows);
      case 'avgpool':
        return plainAvgPool(node, shapeOf(node.input), first!, rows);
      case 'add':
        return plainAdd(node, first!, second!);
      case 'concat': {
        const channels = node.inputs.map((source) => shapeOf(source).channels);
        return plainConcat(node, inputs as readonly Int8Array[], channels);
      }
      case 'reshape':
        return inputs[0]!;
      case 'argmax':
        return plainArgmax(inputs[0]!, shapeOf(node.input).channels);
    }
  }

  pack(accumulators: Cells, { bytes, layer, stride, rows }: Records): void {
    const { accBytes, offset } = layer;
    const length = accumulators.length / rows;
    for (let row = 0, from = 0; row < rows; row++) {
      let at = row * stride + offset;
      for (let cell = 0; cell < length; cell++, from++) {
        for (let byte = 0; byte < accBytes; byte++) bytes[at++] = accumulators[from]! >> (8 * byte);
      }
    }
  }

  unpack({ bytes, layer, stride, rows }: Records): Int32Array {
    const { accBytes, offset, positions, N } = layer;
    const accumulators = new Int32Array(rows * positions * N);
    const sign = 32 - 8 * accBytes;
    for (let row = 0, to = 0; row < rows; row++) {
      let at = row * stride + offset;
      for (let cell = 0; cell < positions * N; cell++, to++) {
        let value = 0;
        for (let byte = 0; byte < accBytes; byte++) value |= bytes[at++]! << (8 * byte);
        accumulators[to] = (value << sign) >> sign;
      }
    }
    return accumulators;
  }

  beginSums(layers: readonly SummedLayer[]): void {
    this.#sums = layers.map(({ inputs, accumulators, bound }) => ({
      inputs: new BigUint64Array(inputs),
      accumulators: new BigUint64Array(accumulators),
      bound,
    }));
  }

  addRows(layer: number, inputs: Cells, accumulators: Cells, factors: BigUint64Array): boolean {
    const sums = this.#sums[layer]!;
    addTimes(sums.inputs, inputs, factors);
    addTimes(sums.accumulators, accumulators, factors);
    return accumulators.every((value) => Math.abs(value) <= sums.bound);
  }

  sums(): readonly LayerSums[] {
    return this.#sums;
  }

  copy(cells: Cells, into: Int8Array): void {
    into.set(cells);
  }

  output(cells: Cells, into: Uint8Array): void {
    const each = into.length / cells.length;
    for (const [at, value] of cells.entries()) {
      for (let byte = 0; byte < each; byte++) into[at * each + byte] = value >> (8 * byte);
    }
  }
}

const FIELD_PRIME = 2n ** 61n - 1n;

/** Adds each row of cells, times its factor, to the sums of the cells. */
function addTimes(sums: BigUint64Array, cells: Cells, factors: BigUint64Array): void {
  for (const [row, factor] of factors.entries()) {
    for (let i = 0; i < sums.length; i++) {
      const sum = (sums[i]! + factor * BigInt(cells[row * sums.length + i]!)) % FIELD_PRIME;
      sums[i] = sum < 0n ? sum + FIELD_PRIME : sum;
    }
  }
}
