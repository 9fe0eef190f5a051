import type { Txid } from '@prometheus-compute/protocol';
import type { Block } from '../blocks/block.ts';

import {
  type BlockRejection,
  blockRejection,
  checkBlock,
  checkBlockContext,
  checkHeader,
} from '../consensus/check-block.ts';
import type { ScriptChecker } from '../consensus/check-scripts.ts';
import { CoinSet } from '../consensus/coins.ts';
import { type BlockNode, BlockTree } from './block-tree.ts';
import { connectBlock, disconnectBlock } from './connect-block.ts';

/** A block entered or left the active chain. */
export interface ChainChange {
  readonly kind: 'connected' | 'disconnected';
  readonly node: BlockNode;
}

/**
 * How many blocks may be invalidated at once before the transactions of the others are forgotten, as by Core, which
 * expects no mempool of use after a deeper cut.
 */
const MAX_RETURNING_BLOCKS = 10;

/** Who keeps in step with the active chain. */
export interface ChainObserver {
  /** A block entered or left the chain; others may follow before the new tip stands. */
  changed(change: ChainChange): void;
  /**
   * The mempool has to fit the chain as it is now.
   *
   * @param returning - whether transactions of disconnected blocks may come back
   */
  mempoolDue(returning: boolean): void;
  /** The new tip stands, after these changes. */
  settled(changes: readonly ChainChange[]): void;
}

/** What became of a submitted block; `stored` when it is valid so far but not on the active chain. */
export type BlockOutcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'stored' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused'; readonly rejection: BlockRejection };

/** The tree of blocks, its branch with the most work, and the unspent outputs at its tip. */
export class Chainstate {
  readonly tree = new BlockTree();
  readonly coins = new CoinSet();
  readonly #active: BlockNode[] = [];
  /** Valid blocks with at least the tip's work: the next tip is among them. */
  #candidates = new Set<BlockNode>();
  readonly #confirmedIn = new Map<Txid, BlockNode>();
  readonly #scripts: ScriptChecker;
  readonly #observer: ChainObserver;
  #changes: ChainChange[] = [];

  constructor(genesis: Block, scripts: ScriptChecker, observer: ChainObserver) {
    this.#scripts = scripts;
    this.#observer = observer;
    // The genesis block's coinbase is not spendable: Core never entered it into the set.
    const node = this.tree.add(genesis, undefined);
    this.tree.store(node, genesis);
    node.undo = [];
    this.#active.push(node);
    this.#confirmedIn.set(genesis.transactions[0]!.txid, node);
  }

  get tip(): BlockNode {
    return this.#active.at(-1)!;
  }

  /** The block of the active chain at `height`. */
  at(height: number): BlockNode | undefined {
    return this.#active[height];
  }

  isActive(node: BlockNode): boolean {
    return this.#active[node.height] === node;
  }

  /** Height of the valid header with the most work; its transactions may not be here. */
  get bestHeaderHeight(): number {
    let best = this.tip;
    for (const node of this.tree.nodes()) if (!node.invalid && node.work > best.work) best = node;
    return best.height;
  }

  /** The block of the active chain that holds the transaction. */
  blockOf(txid: Txid): BlockNode | undefined {
    return this.#confirmedIn.get(txid);
  }

  /**
   * Checks a block, enters it into the tree and moves to the branch with the most work.
   *
   * @param clock - Unix seconds, or undefined where the chain has no clock
   */
  submit(block: Block, clock: number | undefined): BlockOutcome {
    const refused = checkBlock(block);
    if (refused !== undefined) return { kind: 'refused', rejection: refused };
    const known = this.tree.find(block.hash);
    if (known?.invalid === true) {
      const details = `block ${block.hash} was previously marked invalid`;
      return { kind: 'refused', rejection: blockRejection('duplicate-invalid', details) };
    }
    if (known?.stored === true) return { kind: 'duplicate' };
    const parent = this.tree.find(block.header.previous);
    if (parent === undefined) return { kind: 'refused', rejection: blockRejection('prev-blk-not-found') };
    if (parent.invalid) return { kind: 'refused', rejection: blockRejection('bad-prevblk') };
    const headerRefused = known === undefined ? checkHeader(block, parent, clock) : undefined;
    if (headerRefused !== undefined) return { kind: 'refused', rejection: headerRefused };
    // As in Core, a valid header stays, whatever becomes of the transactions that came with it.
    const node = known ?? this.tree.add(block, parent);
    const contextRefused = checkBlockContext(block, parent);
    if (contextRefused !== undefined) {
      if (!contextRefused.mutated) this.#markInvalid(node);
      return { kind: 'refused', rejection: contextRefused };
    }
    for (const complete of this.tree.store(node, block)) {
      if (complete.work >= this.tip.work && !complete.invalid) this.#candidates.add(complete);
    }
    const failures = this.#activate();
    const failure = failures.get(node);
    if (failure !== undefined) return { kind: 'refused', rejection: failure };
    return { kind: this.isActive(node) ? 'connected' : 'stored' };
  }

  /** Checks a block on top of the tip without its proof of work and without keeping it. */
  test(block: Block, clock: number | undefined): BlockRejection | undefined {
    const refused = checkHeader(block, this.tip, clock) ?? checkBlockContext(block, this.tip);
    if (refused !== undefined) return refused;
    const node: BlockNode = {
      ...new BlockTree().add(block, undefined),
      parent: this.tip,
      height: this.tip.height + 1,
    };
    const result = connectBlock(node, this.coins, this.#scripts);
    if ('reason' in result) return result;
    node.undo = result.undo;
    disconnectBlock(node, this.coins);
    return undefined;
  }

  /** Moves to the valid branch with the most work. @returns the refusals of blocks that turned out invalid */
  #activate(): ReadonlyMap<BlockNode, BlockRejection> {
    const failures = new Map<BlockNode, BlockRejection>();
    for (let best = this.#best(); best !== this.tip; best = this.#best()) {
      const work = this.tip.work;
      const branch: BlockNode[] = [];
      for (let node = best; !this.isActive(node); node = node.parent!) branch.unshift(node);
      const fork = branch[0]!.parent!;
      while (this.tip !== fork) this.#disconnectTip();
      for (const node of branch) {
        const refused = this.#connect(node);
        if (refused !== undefined || this.tip.work > work) this.#observer.mempoolDue(true);
        if (refused === undefined) continue;
        failures.set(node, refused);
        this.#markInvalid(node);
        this.#findCandidates();
        break;
      }
    }
    for (const node of this.#candidates) if (node.work < this.tip.work) this.#candidates.delete(node);
    this.#settle();
    return failures;
  }

  /** Marks a block and what builds on it invalid and leaves it. The caller has refused the genesis block. */
  invalidate(node: BlockNode): void {
    // As in Core, the mempool follows block by block.
    for (let left = 1; this.isActive(node); left++) {
      this.#disconnectTip();
      this.#observer.mempoolDue(left <= MAX_RETURNING_BLOCKS);
    }
    this.#markInvalid(node);
    this.#findCandidates();
    this.#activate();
  }

  /** Takes marks off a block, off what it builds on and off what builds on it, and moves where that leads. */
  reconsider(node: BlockNode): void {
    for (const other of this.tree.nodes()) {
      if (this.tree.descends(other, node) || this.tree.descends(node, other)) other.invalid = false;
    }
    this.#findCandidates();
    this.#activate();
  }

  #best(): BlockNode {
    let best = this.tip;
    for (const node of this.#candidates) {
      if (node.work > best.work || (node.work === best.work && node.arrival! < best.arrival!)) best = node;
    }
    return best;
  }

  #findCandidates(): void {
    this.#candidates = new Set();
    for (const node of this.tree.nodes()) {
      if (!node.invalid && node.arrival !== undefined && node.work >= this.tip.work) {
        this.#candidates.add(node);
      }
    }
  }

  #connect(node: BlockNode): BlockRejection | undefined {
    const result = connectBlock(node, this.coins, this.#scripts);
    if ('reason' in result) return result;
    node.undo = result.undo;
    this.#active.push(node);
    for (const { txid } of node.block.transactions) this.#confirmedIn.set(txid, node);
    this.#note({ kind: 'connected', node });
    return undefined;
  }

  #disconnectTip(): void {
    const node = this.#active.pop()!;
    disconnectBlock(node, this.coins);
    for (const { txid } of node.block.transactions) this.#confirmedIn.delete(txid);
    this.#note({ kind: 'disconnected', node });
  }

  #markInvalid(node: BlockNode): void {
    for (const other of this.tree.nodes()) {
      if (this.tree.descends(other, node)) other.invalid = true;
    }
  }

  #note(change: ChainChange): void {
    this.#changes.push(change);
    this.#observer.changed(change);
  }

  #settle(): void {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length === 0) return;
    this.#observer.mempoolDue(true);
    this.#observer.settled(changes);
  }
}
