export { KernelError, type KernelErrorCode } from './errors.ts';
export { createKernels, type Kernels, type KernelsOptions } from './kernels.ts';
export type { GemmArguments } from './linear/linear.ts';
export type { PackedWeights } from './linear/weights.ts';
export { type Block, type BlockKind, part } from './memory/block.ts';
export type { Mark, Memory } from './memory/memory.ts';
