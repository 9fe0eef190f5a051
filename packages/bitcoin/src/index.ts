export type {
  BlockEvent,
  ChainBackend,
  ChainBlock,
  ChainTip,
  ConfirmedOutput,
  SubmitOutcome,
} from './chain/chain-backend.ts';
export { DevchainBackend } from './chain/devchain-backend.ts';
export * from './crypto/index.ts';
export * from './devchain/index.ts';
export * from './rpc/index.ts';
export * from './script/index.ts';
export * from './transaction/index.ts';
export * from './wallet/index.ts';
