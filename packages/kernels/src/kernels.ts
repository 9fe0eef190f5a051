import { FieldKernels } from './field/field.ts';
import { LayerKernels } from './layers/layers.ts';
import { RecordKernels } from './layers/records.ts';
import { LinearKernels } from './linear/linear.ts';
import { DEFAULT_MAXIMUM, Memory } from './memory/memory.ts';
import { instantiate } from './module.ts';

/** Options of {@link createKernels}. */
export interface KernelsOptions {
  /** Most memory of this instance, in bytes; 1 GiB unless said otherwise, at most 2 GiB. */
  readonly maximumBytes?: number;
}

/** Kernels and the memory that their operands are in. */
export interface Kernels {
  readonly memory: Memory;
  /** Linear layers. */
  readonly linear: LinearKernels;
  /** What stands between them. */
  readonly layers: LayerKernels;
  /** Accumulators as bytes. */
  readonly records: RecordKernels;
  /** Random projections. */
  readonly field: FieldKernels;
}

/**
 * A new instance of the kernels, with a memory of its own. Every result is exact and the same on every machine.
 *
 * @example
 * const { memory, linear } = createKernels();
 * const weights = linear.pack(new Int8Array([1, 2, 3, 4]), 2, 2);
 * const output = memory.allocate('int32', 2);
 * linear.gemm({ input: memory.putInt8(new Int8Array([1, 1])), weights, bias: null, output, rows: 1 });
 * memory.int32(output); // 4, 6
 *
 * @throws KernelError
 */
export function createKernels({ maximumBytes = DEFAULT_MAXIMUM }: KernelsOptions = {}): Kernels {
  const memory = new Memory(maximumBytes);
  const kernels = instantiate(memory.wasm);
  return {
    memory,
    linear: new LinearKernels(memory, kernels),
    layers: new LayerKernels(memory, kernels),
    records: new RecordKernels(memory, kernels),
    field: new FieldKernels(memory, kernels),
  };
}
