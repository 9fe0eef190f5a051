import { join } from 'node:path';
import { compileAssembly } from '../assemblyscript/compile.ts';

/** A byte address in the memory that all threads of a training share. */
export type Address = number;

/** Functions of `assembly/`, where each is described. */
export interface Kernels {
  gemm(
    ...parameters: [
      ...[m: number, n: number, k: number],
      ...[a: Address, aRow: number, aColumn: number],
      ...[b: Address, bRow: number, bColumn: number],
      ...[c: Address, scratch: Address],
    ]
  ): void;
  addBias(values: Address, bias: Address, rows: number, columns: number): void;
  sumRows(values: Address, sums: Address, rows: number, columns: number): void;
  relu(input: Address, output: Address, count: number): void;
  reluGradient(output: Address, gradient: Address, count: number): void;
  dropoutMask(mask: Address, count: number, rate: number, seed: number): void;
  multiply(values: Address, factors: Address, count: number): void;
  gatherPatches(input: Address, patches: Address, samples: number, ...geometry: PatchGeometry): void;
  scatterPatches(patches: Address, output: Address, samples: number, ...geometry: PatchGeometry): void;
  crossEntropy(
    logits: Address,
    labels: Address,
    samples: number,
    classes: number,
    scale: number,
    hits: Address,
  ): number;
  sumParts(parts: Address, stride: number, partCount: number, target: Address, count: number): void;
  adamStep(
    ...parameters: [
      ...[values: Address, gradient: Address, mean: Address, square: Address, count: number],
      ...[rate: number, decay: number, step: number],
    ]
  ): void;
  cosine(angle: number): number;
  readonly memory: WebAssembly.Memory;
  readonly GEMM_SCRATCH: WebAssembly.Global<'i32'>;
  /** First byte that the kernels do not use themselves. */
  freeMemory(): Address;
}

/** Height, width and channels of the input, then side of the kernel, stride and padding. */
export type PatchGeometry = [
  height: number,
  width: number,
  channels: number,
  kernel: number,
  stride: number,
  padding: number,
];

/** Most memory that a training may use: 1 GiB, in pages of 64 KiB. */
const MAXIMUM_PAGES = 16_384;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Compiles the kernels, once in a process (a few seconds). The module can be sent to other threads.
 * @throws Error with the compiler's messages
 */
export function compileKernels(): Promise<WebAssembly.Module> {
  compiled ??= compileOnce();
  return compiled;
}

async function compileOnce(): Promise<WebAssembly.Module> {
  const bytes = await compileAssembly(join(import.meta.dirname, 'assembly'), 'index.ts', [
    ...['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--enable', 'threads'],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', `${MAXIMUM_PAGES}`],
  ]);
  return WebAssembly.compile(Uint8Array.from(bytes));
}

/** Memory of `bytes` bytes at least, for all threads of a training. */
export function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65_536);
  if (pages > MAXIMUM_PAGES)
    throw new Error(`this training needs ${pages} pages of memory; the kernels have ${MAXIMUM_PAGES}`);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The kernels on a memory, for one thread. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as Kernels;
}
