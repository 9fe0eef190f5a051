import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Kernel = (...values: readonly number[]) => number;

/** What assembly/index.ts exports; numbers are addresses, counts and int32 values. The classes here check them. */
export interface KernelExports {
  readonly gemm: Kernel;
  readonly packWeights: Kernel;
}

let compiled: WebAssembly.Module | undefined;

/** A new instance of the kernels over a memory; the module is compiled once in a process. */
export function instantiate(memory: WebAssembly.Memory): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(join(import.meta.dirname, '..', 'kernels.wasm')));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as KernelExports;
}
