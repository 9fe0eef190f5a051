export { countP2shSigOps, countSigOps, countWitnessSigOps } from './sigops.ts';
export { isStandardOutput, type ScriptSolution, solve } from './solver.ts';
