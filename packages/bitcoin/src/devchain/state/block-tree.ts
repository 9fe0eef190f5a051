import type { Block } from '../blocks/block.ts';
import type { BlockHash } from '../blocks/header.ts';
import { blockWork } from '../blocks/proof-of-work.ts';
import type { SpentOutputs } from '../consensus/coins.ts';
import { MEDIAN_TIME_SPAN } from '../parameters.ts';

/** A block in the tree of all known blocks. */
export interface BlockNode {
  readonly block: Block;
  readonly parent: BlockNode | undefined;
  readonly height: number;
  /** Work of the branch up to here, in expected hashes. */
  readonly work: bigint;
  /** Median of the times of this block and the ten before it (BIP113). */
  readonly medianTimePast: number;
  /** Order of arrival: of two branches with equal work, the first seen is the active one. */
  readonly arrival: number;
  /** Broke a rule, was invalidated by hand, or builds on such a block. */
  invalid: boolean;
  /** What its transactions spent, coinbase first and empty; set while or after it is in the active chain. */
  undo: readonly SpentOutputs[] | undefined;
}

/** Every block that was ever accepted, as a tree rooted in the genesis block. */
export class BlockTree {
  readonly #nodes = new Map<BlockHash, BlockNode>();
  #arrivals = 0;

  find(hash: BlockHash): BlockNode | undefined {
    return this.#nodes.get(hash);
  }

  nodes(): IterableIterator<BlockNode> {
    return this.#nodes.values();
  }

  add(block: Block, parent: BlockNode | undefined): BlockNode {
    const node: BlockNode = {
      block,
      parent,
      height: parent === undefined ? 0 : parent.height + 1,
      work: (parent?.work ?? 0n) + blockWork(block.header.bits),
      medianTimePast: medianTimePast(block, parent),
      arrival: this.#arrivals++,
      invalid: false,
      undo: undefined,
    };
    this.#nodes.set(block.hash, node);
    return node;
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
