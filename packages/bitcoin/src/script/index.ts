export { SCRIPT_ERROR_MESSAGES, type ScriptErrorName } from './errors.ts';
export { CONSENSUS_FLAGS, ScriptFlag, type ScriptFlags, STANDARD_FLAGS } from './flags.ts';
export { countP2shSigOps, countSigOps, countWitnessSigOps } from './sigops.ts';
export { isStandardOutput, type ScriptSolution, solve } from './solver.ts';
export { type ScriptVerdict, verifyScript } from './verify.ts';
export {
  precompute,
  type TransactionVerdict,
  verifyInput,
  verifyTransactionScripts,
} from './verify-transaction.ts';
