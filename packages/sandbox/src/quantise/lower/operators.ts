import {
  lowerActivation,
  lowerAdd,
  lowerBatchNormalization,
  lowerConcat,
  lowerGlobalPool,
  lowerPool,
} from './cells.ts';
import { lowerConv, lowerGemm, lowerMatMul } from './linear.ts';
import type { Lower } from './lowering.ts';
import { MICROSOFT_OPERATORS } from './microsoft.ts';
import { lowerDequantize, lowerQLinearConv, lowerQLinearMatMul, lowerQuantize } from './quantised.ts';
import {
  lowerArgMax,
  lowerConstant,
  lowerFlatten,
  lowerIdentity,
  lowerReshape,
  lowerSoftmax,
} from './shapes.ts';

/** The operators that are supported (https://onnx.ai/onnx/operators/), and those of `com.microsoft` for networks that are quantised. */
export const OPERATORS: ReadonlyMap<string, Lower> = new Map<string, Lower>([
  ['Add', lowerAdd],
  ['ArgMax', lowerArgMax],
  ['AveragePool', lowerPool],
  ['BatchNormalization', lowerBatchNormalization],
  ['Clip', lowerActivation],
  ['Concat', lowerConcat],
  ['Constant', lowerConstant],
  ['Conv', lowerConv],
  ['DequantizeLinear', lowerDequantize],
  ['Dropout', lowerIdentity],
  ['Flatten', lowerFlatten],
  ['Gemm', lowerGemm],
  ['GlobalAveragePool', lowerGlobalPool],
  ['Identity', lowerIdentity],
  ['LeakyRelu', lowerActivation],
  ['LogSoftmax', lowerSoftmax],
  ['MatMul', lowerMatMul],
  ['MaxPool', lowerPool],
  ['QLinearConv', lowerQLinearConv],
  ['QLinearMatMul', lowerQLinearMatMul],
  ['QuantizeLinear', lowerQuantize],
  ['Relu', lowerActivation],
  ['Reshape', lowerReshape],
  ['Softmax', lowerSoftmax],
  ...MICROSOFT_OPERATORS,
]);
