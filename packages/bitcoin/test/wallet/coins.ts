import { type Txid, txidFromInternal } from '@prometheus-compute/protocol';
import { ADDRESS_NETWORKS, WalletAccount, type WalletCoin } from '../../src/index.ts';

/** The wallet of these tests. */
export const account = WalletAccount.fromSeed(new Uint8Array(32).fill(7), ADDRESS_NETWORKS.regtest);
export const CHANGE = account.key('change', 0).script;

/** A txid that is different for every number. */
function numberedTxid(index: number): Txid {
  return txidFromInternal(new Uint8Array(32).fill(index % 256).fill(Math.floor(index / 256), 0, 1));
}

/** Confirmed coins with these amounts. */
export function coinsOf(...amounts: readonly (bigint | number)[]): readonly WalletCoin[] {
  return amounts.map((amount, index) => ({
    txid: numberedTxid(index + 1),
    vout: index,
    amount: BigInt(amount),
    height: 10,
    coinbase: false,
    key: account.key('receive', index),
  }));
}
