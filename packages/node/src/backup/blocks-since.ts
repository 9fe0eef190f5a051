import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { equalBytes, type Hash32, type Txid } from '@prometheus-compute/protocol';
import type { Chain, ChainBlock } from '../ports/chain.ts';

/** A transaction in a block of the active chain. */
export interface Confirmation {
  readonly height: number;
  readonly blockHash: Hash32;
  readonly bytes: Uint8Array;
}

/** Reads the active chain from a first block, and remembers where the transactions are that somebody asks for. */
export class BlocksSince {
  readonly #chain: Chain;
  readonly #start: number;
  readonly #wanted: ReadonlySet<Txid>;
  readonly #onBlock: (block: ChainBlock) => void;
  readonly #onRewind: (height: number) => void;
  readonly #seen: { readonly height: number; readonly hash: Hash32 }[] = [];
  readonly #found = new Map<Txid, Confirmation>();

  constructor(
    chain: Chain,
    options: {
      readonly start: number;
      readonly wanted: ReadonlySet<Txid>;
      readonly onBlock: (block: ChainBlock) => void;
      readonly onRewind: (height: number) => void;
    },
  ) {
    this.#chain = chain;
    this.#start = options.start;
    this.#wanted = options.wanted;
    this.#onBlock = options.onBlock;
    this.#onRewind = options.onRewind;
  }

  find(txid: Txid): Confirmation | undefined {
    return this.#found.get(txid);
  }

  /** @returns height of the tip that was reached */
  async follow(): Promise<number> {
    const { height: tip } = await this.#chain.tip();
    await this.#rewind();
    for (let next = this.#next; next <= tip; next = this.#next) {
      const block = await this.#chain.blockAt(next);
      const last = this.#seen.at(-1);
      if (block === undefined) break;
      if (last !== undefined && !equalBytes(block.previous, last.hash)) {
        await this.#rewind();
        continue;
      }
      this.#connect(block);
    }
    return this.#next - 1;
  }

  get #next(): number {
    return (this.#seen.at(-1)?.height ?? this.#start - 1) + 1;
  }

  #connect(block: ChainBlock): void {
    for (const bytes of block.transactions) {
      const txid = transactionId(parseTransaction(bytes));
      if (this.#wanted.has(txid))
        this.#found.set(txid, { height: block.height, blockHash: block.hash, bytes });
    }
    this.#seen.push({ height: block.height, hash: block.hash });
    this.#onBlock(block);
  }

  async #rewind(): Promise<void> {
    for (let last = this.#seen.at(-1); last !== undefined; last = this.#seen.at(-1)) {
      const block = await this.#chain.blockAt(last.height);
      if (block !== undefined && equalBytes(block.hash, last.hash)) return;
      this.#seen.pop();
      const { height } = last;
      for (const [txid, found] of this.#found) if (found.height === height) this.#found.delete(txid);
      this.#onRewind(height - 1);
    }
  }
}
