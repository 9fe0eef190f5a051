import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses, counts and int32 values in; a count out of one of them. */
type Kernel = (...values: readonly number[]) => number | undefined;

/** What assembly/index.ts exports. The classes here check what they pass. */
export type KernelExports = Readonly<
  Record<
    | 'add'
    | 'argmax32'
    | 'argmax8'
    | 'averagePool'
    | 'combineCells'
    | 'combineRecords'
    | 'conv'
    | 'depthwise'
    | 'dots'
    | 'firstNegative'
    | 'firstUnreduced'
    | 'foldCells'
    | 'foldConv'
    | 'foldRecords'
    | 'gemm'
    | 'maxPool'
    | 'packAccumulators'
    | 'packWeights'
    | 'padImages'
    | 'placeChannels'
    | 'recentre'
    | 'requantise'
    | 'rescaleTable'
    | 'unpackAccumulators'
    | 'weightTimes',
    Kernel
  >
>;

let compiled: WebAssembly.Module | undefined;

/** A new instance of the kernels over a memory; the module is compiled once in a process. */
export function instantiate(memory: WebAssembly.Memory): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(join(import.meta.dirname, '..', 'kernels.wasm')));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as KernelExports;
}
