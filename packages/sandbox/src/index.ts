export { SandboxError, type SandboxErrorCode } from './errors.ts';
export type { ProgramLimits } from './limits.ts';
export { type ModelInspection, refusedChunk, rowsOutcome } from './model/chunk.ts';
export type {
  DerivedRows,
  EngineChoice,
  FoldedRows,
  LayerSums,
  ModelEngine,
  RowEngine,
  RowResults,
} from './model/engine/engine.ts';
export { kernelEngine } from './model/engine/kernel.ts';
export { onnxruntimeEngine } from './model/engine/onnxruntime/engine.ts';
export { loadRuntime, type OnnxRuntime } from './model/engine/onnxruntime/runtime.ts';
export { plainEngine } from './model/engine/plain.ts';
export { encodeModel } from './model/file/file.ts';
export type {
  AddNode,
  ArgmaxNode,
  AvgPoolNode,
  ConcatNode,
  ConvNode,
  GemmNode,
  LinearNode,
  MaxPoolNode,
  Model,
  ModelInput,
  ModelNode,
  ModelScales,
  Padding,
  RequantNode,
  ReshapeNode,
  Shape,
  Source,
  TableNode,
  Window,
} from './model/graph.ts';
export { loadModel } from './model/load/load.ts';
export type { LinearLayer, LoadedModel, Tensor, TensorType } from './model/load/loaded-model.ts';
export {
  decodeFailure,
  encodeFailure,
  FAILURE_CODES,
  type Failure,
  type FailureKind,
} from './outcome/failure.ts';
export type {
  ChunkOutcome,
  ModelOutcome,
  ModelTrace,
  WasiOutcome,
  WasiTrace,
} from './outcome/outcome.ts';
export { SandboxPool } from './pool/pool.ts';
export { type Inspection, inspectProgram } from './program/inspect.ts';
export { MODEL_PROFILE, PROFILE, type Profile, type Program } from './program/program.ts';
export { modelClasses, networkClasses } from './quantise/classes.ts';
export { importOnnx } from './quantise/lower/import.ts';
export type { Network, Quantisation } from './quantise/network.ts';
export { type QuantiseOptions, quantiseNetwork } from './quantise/quantise.ts';
export type { Examination, Examine, Examined } from './worker/examination.ts';
