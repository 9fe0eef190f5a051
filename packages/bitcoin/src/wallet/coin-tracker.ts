import { type Txid, toHex } from '@prometheus-compute/protocol';
import { isCoinbase, type Transaction } from '../transaction/index.ts';
import type { WalletKey } from './account.ts';
import { WalletError } from './errors.ts';
import { coinName, type WalletCoin } from './wallet-coin.ts';

/** What the tracker reads of a block. */
export interface TrackedBlock {
  readonly hash: string;
  readonly height: number;
  readonly transactions: readonly { readonly txid: Txid; readonly transaction: Transaction }[];
}

/** Blocks before a coinbase may be spent. */
const COINBASE_MATURITY = 100;

/** A block that can be taken back. */
interface AppliedBlock {
  readonly hash: string;
  readonly height: number;
  /** Names of the coins that it brought. */
  readonly created: readonly string[];
  readonly spent: readonly WalletCoin[];
}

/** What a tracker has learnt from blocks. What is set aside is not part of it. */
export interface TrackerState {
  readonly coins: readonly WalletCoin[];
  /** The last blocks, oldest first. */
  readonly blocks: readonly AppliedBlock[];
}

/**
 * The confirmed outputs of a wallet, kept in step with the active chain, and which of them are set aside. Pure: it
 * sees blocks and nothing else; what only waits in a mempool does not count.
 */
export class CoinTracker {
  readonly #keys = new Map<string, WalletKey>();
  readonly #coins = new Map<string, WalletCoin>();
  readonly #reserved = new Map<string, string>();
  readonly #applied: AppliedBlock[] = [];

  /** Watches a key's outputs from the next block on. */
  watch(key: WalletKey): void {
    this.#keys.set(toHex(key.script), key);
  }

  /** Takes in a coin that a scan of the chain found, e.g. before the first block is connected. */
  addScanned(coin: WalletCoin): void {
    this.watch(coin.key);
    this.#coins.set(coinName(coin), coin);
  }

  /** What it knows, with the last `blocks` blocks; others can no longer be taken back, here neither. */
  state(blocks: number): TrackerState {
    this.#applied.splice(0, Math.max(0, this.#applied.length - blocks));
    return { coins: this.coins(), blocks: [...this.#applied] };
  }

  /** Takes over what an earlier tracker knew, before the first block. */
  restore(state: TrackerState): void {
    for (const coin of state.coins) this.addScanned(coin);
    this.#applied.push(...state.blocks);
  }

  /** @throws WalletError `block-order` when it does not follow the last connected block */
  connect(block: TrackedBlock): void {
    const last = this.#applied.at(-1);
    if (last !== undefined && block.height !== last.height + 1) {
      throw new WalletError('block-order', `block ${block.height} does not follow block ${last.height}`);
    }
    const spent: WalletCoin[] = [];
    const created: string[] = [];
    for (const { txid, transaction } of block.transactions) {
      for (const input of transaction.inputs) {
        const coin = this.#coins.get(coinName(input));
        if (coin === undefined) continue;
        spent.push(coin);
        this.#coins.delete(coinName(input));
      }
      for (const [vout, { amount, script }] of transaction.outputs.entries()) {
        const key = this.#keys.get(toHex(script));
        if (key === undefined) continue;
        const coin = { txid, vout, amount, height: block.height, coinbase: isCoinbase(transaction), key };
        this.#coins.set(coinName(coin), coin);
        created.push(coinName(coin));
      }
    }
    this.#applied.push({ hash: block.hash, height: block.height, created, spent });
  }

  /** Undoes the last connected block. @throws WalletError `block-order` when it is not that block */
  disconnect(hash: string): void {
    const last = this.#applied.at(-1);
    if (last?.hash !== hash) {
      throw new WalletError('block-order', 'only the last connected block can be disconnected');
    }
    this.#applied.pop();
    for (const coin of last.spent) this.#coins.set(coinName(coin), coin);
    for (const name of last.created) this.#coins.delete(name);
  }

  /** Every confirmed coin, reserved or not. */
  coins(): readonly WalletCoin[] {
    return [...this.#coins.values()];
  }

  /** Sum of {@link coins} in satoshis. */
  balance(): bigint {
    return this.coins().reduce((sum, coin) => sum + coin.amount, 0n);
  }

  /** Coins that are free for a transaction in the block at `height`: not reserved, and mature. */
  spendable(height: number): readonly WalletCoin[] {
    return this.coins().filter(
      (coin) =>
        !this.#reserved.has(coinName(coin)) && (!coin.coinbase || height - coin.height >= COINBASE_MATURITY),
    );
  }

  /** Sets coins aside for `purpose`, until {@link release}; survives a reorganisation. */
  reserve(coins: readonly Pick<WalletCoin, 'txid' | 'vout'>[], purpose: string): void {
    for (const coin of coins) this.#reserved.set(coinName(coin), purpose);
  }

  /** Frees what was set aside for `purpose`. */
  release(purpose: string): void {
    for (const [name, reservedFor] of this.#reserved)
      if (reservedFor === purpose) this.#reserved.delete(name);
  }
}
