import type { Transaction } from '@prometheus-compute/bitcoin';
import { type Coin, outpointKey, satoshi, type Txid } from '@prometheus-compute/protocol';
import type { ChainBlock } from '../../ports/chain.ts';
import type { Store } from '../../ports/store.ts';
import type { NodeWallet } from '../../ports/wallet.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { larger } from './amounts.ts';

/** A block whose transactions are parsed. */
export interface ParsedBlock extends ChainBlock {
  readonly parsed: readonly {
    readonly txid: Txid;
    readonly transaction: Transaction;
    readonly bytes: Uint8Array;
  }[];
}

/** What a channel has left for fees. */
export interface Reserve {
  /** Confirmed, and nobody's but this channel's. */
  readonly coin: Coin;
  /** Satoshis that confirmed children have cost. */
  readonly spent: bigint;
}

interface Entry {
  readonly first: Coin;
  coin: Coin;
  /** Where the coin has come from, oldest first, so that a reorganisation takes it back. */
  readonly moves: { readonly height: number; readonly from: Coin }[];
  released: boolean;
}

/** Where the coins of channels are, by channel: what follows from the blocks up to a checkpoint. */
export type ReserveState = Readonly<
  Record<
    string,
    { readonly coin: Coin; readonly moves: readonly { readonly height: number; readonly from: Coin }[] }
  >
>;

/** Record key of a channel whose reserve was given back. */
function releasedKey(channel: string): string {
  return `reserve-released:${channel}`;
}

/**
 * The coin of each channel that pays for its children. A child spends it and leaves the rest in one output of this wallet,
 * which is the channel's reserve from that block on. Everything follows from the coin in the channel's record and the
 * blocks, so a restart finds it again.
 */
export class FeeReserves {
  readonly #wallet: NodeWallet;
  readonly #store: Store;
  readonly #entries = new Map<string, Entry>();
  readonly #byCoin = new Map<string, Entry>();

  constructor({ wallet, store }: { readonly wallet: NodeWallet; readonly store: Store }) {
    this.#wallet = wallet;
    this.#store = store;
  }

  /**
   * After a restart, before the first block: holds the coins again, but for those that were given back, which may serve
   * other channels by now.
   */
  async load(records: readonly ChannelRecord[]): Promise<void> {
    for (const record of records) {
      if ((await this.#store.record(releasedKey(record.id))) !== undefined) this.#forget(record);
      else if (record.reserve !== null) this.#wallet.hold([record.reserve.outpoint]);
    }
  }

  /** What {@link restore} needs when reading goes on behind these blocks. */
  state(): ReserveState {
    const moved = [...this.#entries].filter(([, { released, moves }]) => !released && moves.length > 0);
    return Object.fromEntries(moved.map(([id, { coin, moves }]) => [id, { coin, moves: [...moves] }]));
  }

  /** Takes up what the blocks before a checkpoint have done to the coins, after {@link load}. */
  restore(records: readonly ChannelRecord[], state: ReserveState): void {
    for (const record of records) {
      const entry = this.#entryOf(record);
      const stored = state[record.id];
      if (entry === undefined || stored === undefined || entry.released) continue;
      entry.moves.push(...stored.moves);
      this.#move(entry, stored.coin);
    }
  }

  /** Undefined for a channel that has none, or that has given it back. */
  of(record: ChannelRecord): Reserve | undefined {
    const entry = this.#entryOf(record);
    if (entry === undefined || entry.released) return undefined;
    return { coin: entry.coin, spent: larger(entry.first.amount - entry.coin.amount, 0n) };
  }

  /** Follows the coins through a block that the wallet has taken in. */
  connect(block: ParsedBlock, records: readonly ChannelRecord[]): void {
    for (const record of records) this.#entryOf(record);
    if (this.#byCoin.size === 0) return;
    for (const { txid, transaction } of block.parsed) {
      for (const input of transaction.inputs) {
        const entry = this.#byCoin.get(outpointKey(input));
        const vout = transaction.outputs.findIndex(({ script }) => this.#wallet.owns(script));
        const output = transaction.outputs[vout];
        if (entry === undefined || output === undefined) continue;
        entry.moves.push({ height: block.height, from: entry.coin });
        const coin = { outpoint: { txid, vout }, amount: satoshi(output.amount), script: output.script };
        this.#move(entry, coin);
      }
    }
  }

  /** Takes back what the blocks above `height` brought. */
  disconnectAbove(height: number): void {
    for (const entry of this.#entries.values()) {
      for (
        let last = entry.moves.at(-1);
        last !== undefined && last.height > height;
        last = entry.moves.at(-1)
      ) {
        entry.moves.pop();
        this.#move(entry, last.from);
      }
    }
  }

  /** The channel is final: what is left may serve others. */
  async release(record: ChannelRecord): Promise<void> {
    const entry = this.#entryOf(record);
    if (entry === undefined || entry.released) return;
    this.#forget(record);
    await this.#store.putRecord(releasedKey(record.id), new Uint8Array(0));
    this.#wallet.release([entry.coin.outpoint]);
  }

  #forget(record: ChannelRecord): void {
    const entry = this.#entryOf(record);
    if (entry === undefined) return;
    entry.released = true;
    this.#byCoin.delete(outpointKey(entry.coin.outpoint));
  }

  #entryOf({ id, reserve }: ChannelRecord): Entry | undefined {
    if (reserve === null) return undefined;
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { first: reserve, coin: reserve, moves: [], released: false };
      this.#entries.set(id, entry);
      this.#byCoin.set(outpointKey(reserve.outpoint), entry);
    }
    return entry;
  }

  #move(entry: Entry, coin: Coin): void {
    if (entry.released) return;
    this.#byCoin.delete(outpointKey(entry.coin.outpoint));
    this.#wallet.release([entry.coin.outpoint]);
    entry.coin = coin;
    this.#byCoin.set(outpointKey(coin.outpoint), entry);
    this.#wallet.hold([coin.outpoint]);
  }
}
