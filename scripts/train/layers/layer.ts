import type { Address, Kernels } from '../kernels.ts';

/** What a layer is built with: it takes what memory it needs, for at most `samples` samples at a time. */
export interface Workshop {
  readonly kernels: Kernels;
  readonly samples: number;
  /** Takes memory for `floats` floats, on a multiple of 16 bytes. */
  readonly take: (floats: number) => Address;
  /** Scratch memory of the matrix products, shared by all layers of a thread. */
  readonly scratch: Address;
  /** Address of the first parameter. */
  readonly parameters: Address;
}

/** One pass over a slice of samples. */
export interface Pass {
  readonly samples: number;
  /** Seed of what is random in this pass, such as dropout; `null` when the network is only applied. */
  readonly seed: number | null;
}

/** One layer of a network in one thread's memory. */
export interface Layer {
  /** Computes the output of `input` and keeps what {@link backward} needs. */
  forward(input: Address, pass: Pass): Address;
  /**
   * Takes the gradient of the loss by the last output, which it may overwrite. Writes the gradient by its parameters
   * below `gradients`, laid out as the parameters are, and returns that by its input.
   * @param first - whether nobody needs the gradient by the input; 0 is returned then
   */
  backward(gradient: Address, pass: Pass, gradients: Address, first: boolean): Address;
}
