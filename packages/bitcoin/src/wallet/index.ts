export { type AddressChain, WalletAccount, type WalletKey } from './account.ts';
export { addressOf, scriptOfAddress } from './address.ts';
export {
  type ChildRequest,
  childFee,
  childVsize,
  draftChild,
  MAX_CHILD_VSIZE,
  type ParentOutput,
  type ParentTransaction,
} from './child.ts';
export { CoinTracker, type TrackedBlock, type TrackerState } from './coin-tracker.ts';
export { descriptorChecksum } from './descriptor.ts';
export { WalletError, type WalletErrorCode } from './errors.ts';
export { type KeyPathSigner, keyPathSighash, signKeyPath } from './key-path.ts';
export { mnemonicFromEntropy, seedFromMnemonic } from './mnemonic.ts';
export { ADDRESS_NETWORKS, type AddressNetwork } from './network.ts';
export { type Draft, draftPayment, draftSweep, type PaymentRequest, signDraft } from './payment.ts';
export { type CoinSelection, type SelectionTarget, selectCoins } from './select-coins.ts';
export { DUST_LIMIT, estimateVsize, feeFor } from './sizes.ts';
export type { WalletCoin } from './wallet-coin.ts';
