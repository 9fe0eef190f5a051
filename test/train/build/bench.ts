import { seededRandom } from '../../../scripts/fashion-mnist/random.ts';
import {
  type Address,
  compileKernels,
  instantiateKernels,
  type Kernels,
  sharedMemory,
} from '../../../scripts/train/kernels.ts';
import { allocator } from '../../../scripts/train/network.ts';

/** Kernels on a memory of their own, with a way to put numbers there and to look at them. */
export interface Bench {
  readonly kernels: Kernels;
  readonly take: (floats: number) => Address;
  /** Takes memory for the values and writes them there. */
  readonly place: (values: ArrayLike<number>) => Address;
  /** A view of `count` floats at an address. */
  readonly view: (address: Address, count: number) => Float32Array;
}

/** A fresh memory of 16 MiB. */
export async function freshBench(): Promise<Bench> {
  const memory = sharedMemory(16 * 1024 * 1024);
  const kernels = instantiateKernels(await compileKernels(), memory);
  const { take } = allocator(kernels.freeMemory());
  const view = (address: Address, count: number) => new Float32Array(memory.buffer, address, count);
  return {
    kernels,
    take,
    view,
    place: (values) => {
      const address = take(values.length);
      view(address, values.length).set(values);
      return address;
    },
  };
}

/** `count` float32 numbers from −1 to 1. */
export function randomFloats(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => Math.fround(2 * random() - 1));
}
