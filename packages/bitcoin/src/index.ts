export type {
  BlockEvent,
  ChainBackend,
  ChainBlock,
  ChainTip,
  ConfirmedOutput,
  SubmitOutcome,
  WaitingTransaction,
} from './chain/chain-backend.ts';
export { ChainAlarm, type ChainAlarmCode } from './chain/core/alarm.ts';
export { type CoreBackendOptions, connectCore } from './chain/core/connect.ts';
export type { CoreBackend } from './chain/core/core-backend.ts';
export { type CoreNetwork, genesisHash } from './chain/core/networks.ts';
export { DevchainBackend } from './chain/devchain-backend.ts';
export { signSchnorr, verifySchnorr } from './crypto/secp256k1.ts';
export * from './devchain/index.ts';
export * from './rpc/index.ts';
export { transactionId } from './transaction/identity.ts';
export { parseTransaction, serializeTransaction, type Transaction } from './transaction/index.ts';
export * from './wallet/index.ts';
