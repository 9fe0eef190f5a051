import { fromHex, toHex } from '@prometheus-compute/protocol';
import { type BlockHash, type BlockHeader, blockHashFromDisplay } from '../../devchain/blocks/header.ts';
import { blockWork } from '../../devchain/blocks/proof-of-work.ts';
import type { HeaderView } from './retarget.ts';

/** A header with its hash. */
export interface HashedHeader {
  readonly hash: BlockHash;
  readonly header: BlockHeader;
}

/** Bytes kept of each header: hash, time, compact target. 900,000 headers take 36 MB. */
const ENTRY = 40;
const FIRST_CAPACITY = 4096;

/** The headers of one chain from a first height on, without gaps. It holds what it is given: the rules stand elsewhere. */
export class HeaderChain implements HeaderView {
  #base: number;
  /** Hash that the first header names as its parent. */
  #beforeBase: BlockHash;
  #count = 0;
  #bytes = new Uint8Array(ENTRY * FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);

  /** @param height - of the first header */
  constructor(first: HashedHeader, height: number) {
    this.#base = height;
    this.#beforeBase = first.header.previous;
    this.append(first);
  }

  /** Height of the first header. */
  get base(): number {
    return this.#base;
  }

  /** Parent of the first header. */
  get beforeBase(): BlockHash {
    return this.#beforeBase;
  }

  /** Height of the last header. */
  get height(): number {
    return this.#base + this.#count - 1;
  }

  /** Hash of the last header. */
  get tip(): BlockHash {
    return this.#hashOf(this.#count - 1);
  }

  /** Undefined below the first header and above the last. */
  hashAt(height: number): BlockHash | undefined {
    const index = height - this.#base;
    return index < 0 || index >= this.#count ? undefined : this.#hashOf(index);
  }

  timeAt(height: number): number {
    return this.#view.getUint32((height - this.#base) * ENTRY + 32);
  }

  bitsAt(height: number): number {
    return this.#view.getUint32((height - this.#base) * ENTRY + 36);
  }

  /** Hashes that the blocks above `height` stand for. */
  workAbove(height: number): bigint {
    let work = 0n;
    for (let current = height + 1; current <= this.height; current++) work += blockWork(this.bitsAt(current));
    return work;
  }

  append(entry: HashedHeader): void {
    this.#reserve(this.#count + 1);
    this.#write(this.#count, entry);
    this.#count += 1;
  }

  /** Forgets what lies above `height`. */
  truncate(height: number): void {
    this.#count = Math.min(this.#count, height - this.#base + 1);
  }

  /** Puts headers below the first one, oldest first. */
  prepend(entries: readonly HashedHeader[]): void {
    const [first] = entries;
    if (first === undefined) return;
    this.#reserve(this.#count + entries.length);
    this.#bytes.copyWithin(entries.length * ENTRY, 0, this.#count * ENTRY);
    for (const [index, entry] of entries.entries()) this.#write(index, entry);
    this.#count += entries.length;
    this.#base -= entries.length;
    this.#beforeBase = first.header.previous;
  }

  #hashOf(index: number): BlockHash {
    return blockHashFromDisplay(toHex(this.#bytes.subarray(index * ENTRY, index * ENTRY + 32)));
  }

  #write(index: number, { hash, header }: HashedHeader): void {
    this.#bytes.set(fromHex(hash), index * ENTRY);
    this.#view.setUint32(index * ENTRY + 32, header.time);
    this.#view.setUint32(index * ENTRY + 36, header.bits);
  }

  #reserve(count: number): void {
    if (count * ENTRY <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(count * ENTRY, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
