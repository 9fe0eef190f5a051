export { ACCEPTANCE_METHODS } from './acceptance.ts';
export { CHAIN_METHODS } from './chain.ts';
export { CONTROL_METHODS } from './control.ts';
export { MEMPOOL_METHODS } from './mempool.ts';
export { MINING_METHODS } from './mining.ts';
export { PROOF_METHODS } from './proofs.ts';
export { SCAN_METHODS } from './scan.ts';
export { TRANSACTION_METHODS } from './transactions.ts';
