// Float32 kernels for training; addresses are in bytes, counts and distances in floats, unless said otherwise.
export { GEMM_SCRATCH, gemm } from './gemm';
export {
  addBias,
  dropoutMask,
  gatherPatches,
  multiply,
  relu,
  reluGradient,
  scatterPatches,
  sumRows,
} from './layers';
export { crossEntropy } from './loss';
export { adamStep, cosine, sumParts } from './optimiser';

/** First byte of the memory that the kernels' own constants leave free, on a multiple of 16. */
export function freeMemory(): usize {
  return (__heap_base + 15) & ~15;
}
