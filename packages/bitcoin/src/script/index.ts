export { countP2shSigOps, countSigOps, countWitnessSigOps } from './sigops.ts';
export { isStandardOutput, solve } from './solver.ts';
