// Every kernel works on addresses in the imported memory and checks nothing: the classes in ../src do.
export { packAccumulators, unpackAccumulators } from './accumulators';
export { argmax32, argmax8 } from './argmax';
export { combineRecords } from './combine32';
export { combineCells, foldCells } from './combine8';
export { conv } from './conv';
export { depthwise } from './depthwise';
export { dots, firstUnreduced } from './field';
export { gemm } from './gemm';
export { padImages } from './lower';
export { packWeights } from './pack';
export { add, placeChannels, recentre, rescaleTable } from './pointwise';
export { foldRecords } from './pairs';
export { averagePool, maxPool } from './pool';
export { foldConv, weightTimes } from './project';
export { firstNegative, requantise } from './requantise';
