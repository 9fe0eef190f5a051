export { KernelError, type KernelErrorCode } from './errors.ts';
export { FIELD_PRIME, type FieldKernels, type FoldConvArguments } from './field/field.ts';
export type { CellSums, RecordSums } from './field/row-sums.ts';
export { createKernels, type Kernels, type KernelsOptions } from './kernels.ts';
export type { WindowGeometry } from './layers/geometry.ts';
export type {
  AveragePoolArguments,
  LayerKernels,
  PlaceArguments,
  PoolArguments,
  RequantiseArguments,
  RequantiseRecordsArguments,
  Term,
} from './layers/layers.ts';
export type { Extremes, RecordArguments, RecordKernels, RecordPlace } from './layers/records.ts';
export type { Rounding } from './layers/rounding.ts';
export type { ConvArguments, GemmArguments, LinearKernels } from './linear/linear.ts';
export type { DepthwiseWeights, PackedWeights } from './linear/weights.ts';
export { type Block, type BlockKind, part } from './memory/block.ts';
export type { Mark, Memory } from './memory/memory.ts';
