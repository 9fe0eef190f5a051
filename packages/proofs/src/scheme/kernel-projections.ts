import { type Block, createKernels, type Kernels, type WindowGeometry } from '@prometheus-compute/kernels';
import type { ProjectionKernels } from './projection.ts';

/** Sums over the field on WebAssembly kernels. Operands are copied into their memory and given back after each call. */
class KernelProjections implements ProjectionKernels {
  readonly #kernels: Kernels;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  weightTimes(weights: Int8Array, columns: BigUint64Array): BigUint64Array {
    const { memory, field } = this.#kernels;
    return this.#given(weights.length / columns.length, (output) =>
      field.weightTimes(memory.putInt8(weights), field.put(columns), output),
    );
  }

  dots(matrix: BigUint64Array, vector: BigUint64Array): BigUint64Array {
    const { field } = this.#kernels;
    return this.#given(matrix.length / vector.length, (output) =>
      field.dots(field.put(matrix), field.put(vector), output),
    );
  }

  foldWindow(
    values: BigUint64Array,
    products: BigUint64Array,
    geometry: WindowGeometry,
    pad: bigint,
  ): BigUint64Array {
    const { field } = this.#kernels;
    const { height, width, kernel, stride, padding } = geometry;
    const down = Math.floor((height + padding.top + padding.bottom - kernel.height) / stride.height) + 1;
    const across = Math.floor((width + padding.left + padding.right - kernel.width) / stride.width) + 1;
    return this.#given(down * across, (output) =>
      field.foldConv({ input: field.put(values), weights: field.put(products), geometry, pad, output }),
    );
  }

  /** What `work` writes into a block of `length` elements. */
  #given(length: number, work: (output: Block<'field'>) => void): BigUint64Array {
    const { memory } = this.#kernels;
    return memory.temporarily(() => {
      const output = memory.allocate('field', length);
      work(output);
      return memory.field(output).slice();
    });
  }
}

/** Sums over the field on WebAssembly kernels with a memory of their own. @throws KernelError `memory-exhausted` */
export function projectionKernels(): ProjectionKernels {
  return new KernelProjections(createKernels());
}
