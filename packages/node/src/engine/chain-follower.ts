import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { equalBytes, type Hash32 } from '@prometheus-compute/protocol';
import type { Chain } from '../ports/chain.ts';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import type { SeenBlock } from './checkpoint.ts';
import { EngineError } from './errors.ts';
import type { ParsedBlock } from './fees/reserves.ts';

/** Blocks that a reorganisation may take back: what was confirmed that often counts as final (T §Setup). */
const MAX_REORGANISATION = 6;

const SEEN_KEY = 'chain:seen';
/** Blocks that are kept to be taken back; a reorganisation that is deeper than all of them is another chain. */
const KEPT_BLOCKS = 100;
/** Blocks after which the place is noted while many are being read. */
const NOTE_EVERY = 1_000;

/** What happens to a chain, in order. Each of them is told again if it fails. */
export interface ChainEvents {
  readonly connect: (block: ParsedBlock) => Promise<void>;
  /** The block at `height` has left the active chain. */
  readonly disconnect: (height: number) => Promise<void>;
  /** More blocks than {@link MAX_REORGANISATION} have left it, down to `height`. */
  readonly tooDeep: (depth: number, height: number) => Promise<void>;
  /** Everything up to the last of these blocks was taken in: reading may go on behind it after a restart. */
  readonly reached?: (seen: readonly SeenBlock[]) => Promise<void>;
}

/**
 * Follows the active chain from a first block. A block counts as seen only after everything that follows from it is
 * stored, so what fails in between is done again.
 */
export class ChainFollower {
  readonly #chain: Chain;
  readonly #store: Store;
  readonly #events: ChainEvents;
  readonly #start: number;
  /** The last blocks that were taken in, one after another. */
  readonly #seen: SeenBlock[];
  /** How many blocks the reorganisation that is under way has taken back. */
  #depth = 0;
  #started = false;

  /**
   * @param from.start - the first block
   * @param from.seen - what an earlier run has taken in, when all that follows from it is stored
   */
  constructor(
    ports: { readonly chain: Chain; readonly store: Store },
    events: ChainEvents,
    from: { readonly start: number; readonly seen: readonly SeenBlock[] } = { start: 0, seen: [] },
  ) {
    this.#chain = ports.chain;
    this.#store = ports.store;
    this.#events = events;
    this.#start = from.start;
    this.#seen = [...from.seen];
  }

  /** Height of the last block that was taken in; that before the first one when there is none yet. */
  get height(): number {
    return this.#seen.at(-1)?.height ?? this.#start - 1;
  }

  /** Hash of the last block that was taken in; undefined before the first. */
  get hash(): Hash32 | undefined {
    return this.#seen.at(-1)?.hash;
  }

  /**
   * @returns height of the tip that was reached
   * @throws EngineError `chain-replaced` when none of the blocks that were seen is in the chain any more
   */
  async follow(): Promise<number> {
    if (!this.#started) {
      if (this.#seen.length === 0) await this.#checkDepthWhileAway();
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
      if (this.#seen.length > KEPT_BLOCKS) this.#seen.shift();
      if (block.height % NOTE_EVERY === 0) await this.#events.reached?.(this.#seen);
    }
    await this.#store.putRecord(SEEN_KEY, encodeSnapshot(this.#seen.slice(-MAX_REORGANISATION - 1)));
    await this.#events.reached?.(this.#seen);
    return this.height;
  }

  /** Takes back the blocks that have left the active chain, newest first. */
  async #rewind(): Promise<void> {
    for (let last = this.#seen.at(-1); last !== undefined; last = this.#seen.at(-1)) {
      const block = await this.#chain.blockAt(last.height);
      if (block !== undefined && equalBytes(block.hash, last.hash)) break;
      if (this.#seen.length === 1 && last.height > this.#start) throw replaced(last.height);
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

function replaced(height: number): EngineError {
  return new EngineError(
    'chain-replaced',
    `the chain has none of the last ${KEPT_BLOCKS} blocks that this node has seen`,
    {
      evidence: { height },
      remedy:
        'Look whether the Bitcoin node follows the right chain. If it does, start with --rescan, which reads the chain from its start.',
    },
  );
}
