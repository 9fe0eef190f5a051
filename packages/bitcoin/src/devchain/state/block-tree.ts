import type { Block } from '../blocks/block.ts';
import type { BlockHash } from '../blocks/header.ts';
import { blockWork } from '../blocks/proof-of-work.ts';
import type { SpentOutputs } from '../consensus/coins.ts';
import { MEDIAN_TIME_SPAN } from '../parameters.ts';

/** A block in the tree of all known blocks. */
export interface BlockNode {
  /** While it is not {@link stored}, only its header counts: other transactions may arrive for it. */
  block: Block;
  readonly parent: BlockNode | undefined;
  readonly height: number;
  /** Work of the branch up to here, in expected hashes. */
  readonly work: bigint;
  /** Median of the times of this block and the ten before it (BIP113). */
  readonly medianTimePast: number;
  /** Its transactions are here and fit its header and its place. */
  stored: boolean;
  /**
   * Order in which its branch became complete: of two branches with equal work, the first one is active. Undefined
   * while the block or one that it builds on is not stored.
   */
  arrival: number | undefined;
  /** Broke a rule, was invalidated by hand, or builds on such a block. */
  invalid: boolean;
  /** What its transactions spent, coinbase first and empty; set while or after it is in the active chain. */
  undo: readonly SpentOutputs[] | undefined;
}

/** Every block that was ever accepted, as a tree rooted in the genesis block. */
export class BlockTree {
  readonly #nodes = new Map<BlockHash, BlockNode>();
  #arrivals = 0;
  #highest = 0;

  find(hash: BlockHash): BlockNode | undefined {
    return this.#nodes.get(hash);
  }

  nodes(): IterableIterator<BlockNode> {
    return this.#nodes.values();
  }

  /** Enters the header of a block whose transactions may be wrong; {@link store} makes it whole. */
  add(block: Block, parent: BlockNode | undefined): BlockNode {
    const node: BlockNode = {
      block,
      parent,
      height: parent === undefined ? 0 : parent.height + 1,
      work: (parent?.work ?? 0n) + blockWork(block.header.bits),
      medianTimePast: medianTimePast(block, parent),
      stored: false,
      arrival: undefined,
      invalid: false,
      undo: undefined,
    };
    this.#nodes.set(block.hash, node);
    this.#highest = Math.max(this.#highest, node.height);
    return node;
  }

  /** Gives a known header its transactions. @returns the blocks whose branch is complete by that, parents first */
  store(node: BlockNode, block: Block): readonly BlockNode[] {
    node.block = block;
    node.stored = true;
    if (node.parent !== undefined && node.parent.arrival === undefined) return [];
    const complete = [node];
    for (const current of complete) {
      current.arrival = this.#arrivals++;
      if (current.height === this.#highest) continue;
      for (const other of this.#nodes.values()) {
        if (other.parent === current && other.stored && other.arrival === undefined) complete.push(other);
      }
    }
    return complete;
  }

  /** Whether `node` is `ancestor` or builds on it. */
  descends(node: BlockNode, ancestor: BlockNode): boolean {
    return ancestorAt(node, ancestor.height) === ancestor;
  }
}

/** The block at `height` on the branch that ends in `node`. */
export function ancestorAt(node: BlockNode, height: number): BlockNode | undefined {
  let current: BlockNode | undefined = node;
  while (current !== undefined && current.height > height) current = current.parent;
  return current?.height === height ? current : undefined;
}

function medianTimePast(block: Block, parent: BlockNode | undefined): number {
  const times = [block.header.time];
  for (let node = parent; node !== undefined && times.length < MEDIAN_TIME_SPAN; node = node.parent) {
    times.push(node.block.header.time);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)]!;
}
