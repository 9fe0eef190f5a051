import type { Txid } from '@prometheus-compute/protocol';
import type { WalletKey } from './account.ts';

/** A confirmed output of the wallet. */
export interface WalletCoin {
  readonly txid: Txid;
  readonly vout: number;
  /** Satoshis. */
  readonly amount: bigint;
  /** Height of its block. */
  readonly height: number;
  /** From a coinbase: spendable in the block 100 after its own at the earliest. */
  readonly coinbase: boolean;
  readonly key: WalletKey;
}

/** `txid:vout`. */
export function coinName(coin: { readonly txid: Txid; readonly vout: number }): string {
  return `${coin.txid}:${coin.vout}`;
}
