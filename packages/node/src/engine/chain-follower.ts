import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { equalBytes, type Hash32 } from '@prometheus-compute/protocol';
import type { Chain } from '../ports/chain.ts';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import type { ParsedBlock } from './fees/reserves.ts';

/** Blocks that a reorganisation may take back: what was confirmed that often counts as final (T §Setup). */
const MAX_REORGANISATION = 6;

const SEEN_KEY = 'chain:seen';

/** A block of the active chain that was taken in. */
interface SeenBlock {
  readonly height: number;
  readonly hash: Hash32;
}

/** What happens to a chain, in order. Each of them is told again if it fails. */
export interface ChainEvents {
  readonly connect: (block: ParsedBlock) => Promise<void>;
  /** The block at `height` has left the active chain. */
  readonly disconnect: (height: number) => Promise<void>;
  /** More blocks than {@link MAX_REORGANISATION} have left it, down to `height`. */
  readonly tooDeep: (depth: number, height: number) => Promise<void>;
}

/**
 * Follows the active chain from its first block. A block counts as seen only after everything that follows from it is
 * stored, so what fails in between is done again.
 */
export class ChainFollower {
  readonly #chain: Chain;
  readonly #store: Store;
  readonly #events: ChainEvents;
  readonly #seen: SeenBlock[] = [];
  /** How many blocks the reorganisation that is under way has taken back. */
  #depth = 0;
  #started = false;

  constructor(ports: { readonly chain: Chain; readonly store: Store }, events: ChainEvents) {
    this.#chain = ports.chain;
    this.#store = ports.store;
    this.#events = events;
  }

  /** Height of the last block that was taken in; −1 before the first. */
  get height(): number {
    return this.#seen.length - 1;
  }

  /** Hash of the last block that was taken in; undefined before the first. */
  get hash(): Hash32 | undefined {
    return this.#seen.at(-1)?.hash;
  }

  /** @returns height of the tip that was reached */
  async follow(): Promise<number> {
    if (!this.#started) {
      await this.#checkDepthWhileAway();
      this.#started = true;
    }
    await this.#rewind();
    const { height } = await this.#chain.tip();
    while (this.height < height) {
      const block = await this.#chain.blockAt(this.height + 1);
      if (block === undefined) break;
      const last = this.#seen.at(-1);
      if (last !== undefined && !equalBytes(block.previous, last.hash)) {
        // The chain was reorganised while it was read: nothing is put on top of a block that has left it.
        await this.#rewind();
        if (this.#seen.at(-1) === last) break;
        continue;
      }
      const parsed = block.transactions.map((bytes) => {
        const transaction = parseTransaction(bytes);
        return { txid: transactionId(transaction), transaction, bytes };
      });
      await this.#events.connect({ ...block, parsed });
      this.#seen.push({ height: block.height, hash: block.hash });
    }
    await this.#store.putRecord(SEEN_KEY, encodeSnapshot(this.#seen.slice(-MAX_REORGANISATION - 1)));
    return this.height;
  }

  /** Takes back the blocks that have left the active chain, newest first. */
  async #rewind(): Promise<void> {
    for (let last = this.#seen.at(-1); last !== undefined; last = this.#seen.at(-1)) {
      const block = await this.#chain.blockAt(last.height);
      if (block !== undefined && equalBytes(block.hash, last.hash)) break;
      await this.#events.disconnect(last.height);
      this.#seen.pop();
      this.#depth += 1;
    }
    const depth = this.#depth;
    if (depth > MAX_REORGANISATION) await this.#events.tooDeep(depth, this.height);
    this.#depth = 0;
  }

  /** The last blocks that an earlier run has seen: whether one of them is still there. */
  async #checkDepthWhileAway(): Promise<void> {
    const stored = await this.#store.record(SEEN_KEY);
    if (stored === undefined) return;
    const seen = decodeSnapshot(stored) as unknown as readonly SeenBlock[];
    for (const { height, hash } of seen.toReversed()) {
      const block = await this.#chain.blockAt(height);
      if (block !== undefined && equalBytes(block.hash, hash)) return;
    }
    const oldest = seen[0];
    if (oldest !== undefined && seen.length > MAX_REORGANISATION)
      await this.#events.tooDeep(seen.length, oldest.height - 1);
  }
}
