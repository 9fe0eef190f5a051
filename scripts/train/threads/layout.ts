import { type Address, instantiateKernels, sharedMemory } from '../kernels.ts';
import { allocator, buildNetwork } from '../network.ts';
import type { NetworkPlan } from '../plan.ts';

/** Where everything stands in the memory that the threads share. */
export interface Layout {
  readonly memory: WebAssembly.Memory;
  readonly parameters: Address;
  /** Running means of the gradients and of their squares: the state of Adam. */
  readonly means: Address;
  readonly squares: Address;
  /** Sum of the slices' gradients. */
  readonly gradient: Address;
  /** One gradient a slice of the batch, each of `plan.parameterFloats` floats. */
  readonly slices: Address;
  /** Control words of the threads, see {@link CONTROL_WORDS}. */
  readonly control: Address;
  /** Start of each thread's own part. */
  readonly threads: readonly Address[];
}

/** Int32 words for the threads: two of the barrier, two counters of claimed slices. */
export const CONTROL_WORDS = 4;

/** Makes the memory for a network, `slices` gradients and `threads` threads that take `samples` samples at a time. */
export function layOut(
  module: WebAssembly.Module,
  plan: NetworkPlan,
  samples: number,
  slices: number,
  threads: number,
): Layout {
  const kernels = instantiateKernels(module, sharedMemory(65_536));
  const { take, end } = allocator(kernels.freeMemory());
  const parameters = take(plan.parameterFloats);
  const means = take(plan.parameterFloats);
  const squares = take(plan.parameterFloats);
  const gradient = take(plan.parameterFloats);
  const slicesAt = take(slices * plan.parameterFloats);
  const control = take(CONTROL_WORDS);
  const starts = Array.from({ length: threads }, () => {
    const start = end();
    buildNetwork(plan, samples, parameters, take, kernels);
    return start;
  });
  const memory = sharedMemory(end());
  return { memory, parameters, means, squares, gradient, slices: slicesAt, control, threads: starts };
}
