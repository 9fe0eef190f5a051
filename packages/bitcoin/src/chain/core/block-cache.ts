import { type Txid, txidToInternal } from '@prometheus-compute/protocol';
import type { BlockHash } from '../../devchain/blocks/header.ts';
import type { VerifiedBlock } from './verify-block.ts';

/** Bytes of whole blocks that are kept: the last few are asked for at every poll. */
const MAX_BYTES = 0x0200_0000;
/** Bytes of memory that a transaction takes beside its own. */
const OVERHEAD = 200;

/** The last verified blocks, and of more of them a short index of what is in them. Both are bounded. */
export class BlockCache {
  readonly #blocks = new Map<BlockHash, VerifiedBlock>();
  readonly #sizes = new Map<BlockHash, number>();
  #bytes = 0;
  /** First four bytes of each txid: tells in which blocks looking for one is worth while. */
  readonly #prefixes = new Map<BlockHash, Uint32Array>();
  readonly #indexed: number;

  /** @param indexed - blocks whose index is kept; 16 kB each on the main network */
  constructor(indexed: number) {
    this.#indexed = indexed;
  }

  get(hash: BlockHash): VerifiedBlock | undefined {
    const found = this.#blocks.get(hash);
    if (found === undefined) return undefined;
    // The most recently used one is dropped last.
    this.#blocks.delete(hash);
    this.#blocks.set(hash, found);
    return found;
  }

  put(hash: BlockHash, block: VerifiedBlock): void {
    if (this.#blocks.has(hash)) return;
    const size = block.block.transactions.reduce((sum, bytes) => sum + bytes.length + OVERHEAD, 0);
    this.#blocks.set(hash, block);
    this.#sizes.set(hash, size);
    this.#bytes += size;
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes <= MAX_BYTES || this.#blocks.size === 1) break;
      this.#bytes -= this.#sizes.get(oldest) ?? 0;
      this.#blocks.delete(oldest);
      this.#sizes.delete(oldest);
    }
    this.#prefixes.delete(hash);
    this.#prefixes.set(hash, Uint32Array.from(block.txids, prefixOf));
    for (const oldest of this.#prefixes.keys()) {
      if (this.#prefixes.size <= this.#indexed) break;
      this.#prefixes.delete(oldest);
    }
  }

  /** Whether a block may hold a transaction: false is certain, true almost. Undefined where nothing is known of it. */
  mayHold(hash: BlockHash, txid: Txid): boolean | undefined {
    return this.#prefixes.get(hash)?.includes(prefixOf(txid));
  }
}

function prefixOf(txid: Txid): number {
  return new DataView(txidToInternal(txid).buffer).getUint32(0);
}
