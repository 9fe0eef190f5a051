import { fromHex, littleEndian, type Txid } from '@prometheus-compute/protocol';
import { type BlockContents, buildBlock, selectTransactions } from './assemble.ts';
import { type Block, parseBlock } from './blocks/block.ts';
import type { BlockHash } from './blocks/header.ts';
import type { BlockRejection } from './consensus/check-block.ts';
import { ScriptChecker } from './consensus/check-scripts.ts';
import type { CoinSet, UnspentOutput } from './consensus/coins.ts';
import { DevchainError } from './errors.ts';
import { type LoadedTransaction, loadTransaction } from './loaded-transaction.ts';
import {
  type Accepted,
  acceptTransaction,
  type Refused,
  SINGLE,
  submitTransaction,
} from './mempool/accept.ts';
import type { AcceptanceContext } from './mempool/candidate.ts';
import { BLOCK_MIN_FEE, MIN_RELAY_FEE } from './mempool/limits.ts';
import { acceptPackage, type PackageResult, testTransactions } from './mempool/package.ts';
import { Mempool } from './mempool/pool.ts';
import { ReorganisationQueue } from './mempool/reorganisation.ts';
import type { FeeRate } from './money.ts';
import { outpointKey } from './outpoint.ts';
import { GENESIS_BLOCK } from './parameters.ts';
import type { BlockNode } from './state/block-tree.ts';
import { type BlockOutcome, type ChainChange, Chainstate } from './state/chainstate.ts';

/** How a development chain is set up. */
export interface DevchainOptions {
  /**
   * Unix seconds, as the node's clock: time of new blocks and limit for the time of others. Without one, blocks are
   * {@link BLOCK_INTERVAL} apart and none is too far in the future, so that a chain depends on nothing but its calls.
   */
  readonly clock?: () => number;
}

/** Seconds between two blocks where no clock is given, and time of the block at height 0 that they count from. */
export const BLOCK_INTERVAL = 600;
export const FIRST_BLOCK_TIME = 1_700_000_000;

/**
 * A Bitcoin node in the process: it validates blocks and transactions by the rules of Bitcoin Core's regtest and keeps
 * everything in memory. Deterministic: equal calls give equal chains.
 *
 * @example
 * const chain = new Devchain();
 * chain.mine(101, script);
 * const verdict = chain.submitTransaction(bytes);
 */
export class Devchain {
  readonly #scripts = new ScriptChecker();
  readonly #pool = new Mempool();
  readonly #state: Chainstate;
  readonly #queue: ReorganisationQueue;
  readonly #listeners = new Set<(change: ChainChange) => void>();
  readonly #ownClock: (() => number) | undefined;
  #clock: (() => number) | undefined;
  #sequence = 0;
  /** Satoshis per 1000 virtual bytes below which the miner of the last block took nothing. */
  #asked = BLOCK_MIN_FEE.fee;

  constructor(options: DevchainOptions = {}) {
    this.#ownClock = options.clock;
    this.#clock = options.clock;
    this.#queue = new ReorganisationQueue(this.#pool);
    this.#state = new Chainstate(parseBlock(fromHex(GENESIS_BLOCK)), this.#scripts, {
      changed: (change) => this.#queue.note(change),
      mempoolDue: (returning) => this.#queue.settle(this.#acceptanceContext(), returning),
      settled: (changes) => {
        for (const change of changes) for (const listener of this.#listeners) listener(change);
      },
    });
  }

  /** The last block of the active chain. */
  tip(): BlockNode {
    return this.#state.tip;
  }

  /** Height of the valid header with the most work: above the tip's where a header's transactions are missing. */
  bestHeaderHeight(): number {
    return this.#state.bestHeaderHeight;
  }

  /** The block of the active chain at `height`. */
  blockAt(height: number): BlockNode | undefined {
    return this.#state.at(height);
  }

  /** A block by its hash, whether or not it is in the active chain. */
  findBlock(hash: BlockHash): BlockNode | undefined {
    return this.#state.tree.find(hash);
  }

  isActive(node: BlockNode): boolean {
    return this.#state.isActive(node);
  }

  /** The transactions that wait for a block; read it, change nothing. */
  get mempool(): Mempool {
    return this.#pool;
  }

  /** The unspent outputs at the tip; read them, change nothing. */
  get coins(): CoinSet {
    return this.#state.coins;
  }

  /** A transaction of the mempool or of the active chain, with its block in the second case. */
  transaction(
    txid: Txid,
  ): { readonly loaded: LoadedTransaction; readonly block: BlockNode | undefined } | undefined {
    const waiting = this.#pool.entry(txid);
    if (waiting !== undefined) return { loaded: waiting.loaded, block: undefined };
    const block = this.#state.blockOf(txid);
    const loaded = block?.block.transactions.find((candidate) => candidate.txid === txid);
    return loaded === undefined ? undefined : { loaded, block };
  }

  /** Satoshis per 1000 virtual bytes that a transaction needs: to be relayed, and for the miner of the last block. */
  get minimumFeeRate(): bigint {
    if (this.#asked > MIN_RELAY_FEE.fee) return this.#asked;
    return MIN_RELAY_FEE.fee;
  }

  /** A confirmed output that no block has spent. */
  output(txid: Txid, vout: number): UnspentOutput | undefined {
    return this.#state.coins.coin(outpointKey(txid, vout));
  }

  /** The transaction in the mempool that spends an output. */
  mempoolSpender(txid: Txid, vout: number): Txid | undefined {
    return this.#pool.spender(outpointKey(txid, vout))?.loaded.txid;
  }

  /**
   * Takes a transaction into the mempool.
   *
   * @param bytes - with witness
   * @param options - `maxFeeRate`: refuse what pays more, by default there is no limit
   * @throws TransactionError when the bytes are no transaction
   */
  submitTransaction(bytes: Uint8Array, options: { readonly maxFeeRate?: FeeRate } = {}): Accepted | Refused {
    const mode = { ...SINGLE, maxFeeRate: options.maxFeeRate };
    return submitTransaction(loadTransaction(bytes), this.#acceptanceContext(), mode);
  }

  /** What {@link submitTransaction} would say. Changes nothing. @throws TransactionError */
  testTransaction(bytes: Uint8Array): Accepted | Refused {
    return acceptTransaction(loadTransaction(bytes), this.#acceptanceContext(), SINGLE, true);
  }

  /** Tests several transactions, parents before children, as if the earlier ones were in. @throws TransactionError */
  testTransactions(list: readonly Uint8Array[]): PackageResult {
    return testTransactions(list.map(loadTransaction), this.#acceptanceContext());
  }

  /**
   * Takes a child with its unconfirmed parents into the mempool, judged together where they need it.
   *
   * @param list - parents first, the child last
   * @throws TransactionError when an element is no transaction
   */
  submitPackage(list: readonly Uint8Array[], options: { readonly maxFeeRate?: FeeRate } = {}): PackageResult {
    return acceptPackage(list.map(loadTransaction), this.#acceptanceContext(), options.maxFeeRate);
  }

  /**
   * Mines blocks with what the mempool holds.
   *
   * @param script - that the rewards are paid to
   * @param options - `minimumFeeRate`: satoshis per 1000 virtual bytes below which this miner takes nothing
   * @returns the hashes, oldest first
   */
  mine(
    count: number,
    script: Uint8Array,
    options: { readonly minimumFeeRate?: bigint } = {},
  ): readonly BlockHash[] {
    const minimum = { fee: options.minimumFeeRate ?? BLOCK_MIN_FEE.fee, size: BLOCK_MIN_FEE.size };
    this.#asked = minimum.fee;
    const hashes: BlockHash[] = [];
    for (let i = 0; i < count; i++) {
      const { height, medianTimePast } = this.#state.tip;
      const entries = selectTransactions(this.#pool, height + 1, medianTimePast, minimum);
      const fees = entries.reduce((sum, entry) => sum + entry.fee, 0n);
      const transactions = entries.map(({ loaded }) => loaded);
      hashes.push(this.#mineBlock(script, transactions, fees).hash);
    }
    return hashes;
  }

  /**
   * Builds a block on the tip with exactly these transactions; their fees are left to nobody, as by Core's
   * `generateblock`.
   *
   * @param transactions - with witness, in block order
   * @throws DevchainError `block-refused` with Core's reason when they do not make a valid block
   */
  assembleBlock(script: Uint8Array, transactions: readonly Uint8Array[]): Block {
    const block = this.#build({ script, transactions: transactions.map(loadTransaction), fees: 0n });
    const refused = this.#state.test(block, this.#clock?.());
    if (refused !== undefined) throw refusedError(refused);
    return block;
  }

  /** Offers a block, from here or from elsewhere. @throws DevchainError `block-malformed` */
  submitBlock(bytes: Uint8Array): BlockOutcome {
    return this.submitParsedBlock(parseBlock(bytes));
  }

  /** Offers a block that is parsed already. */
  submitParsedBlock(block: Block): BlockOutcome {
    return this.#state.submit(block, this.#clock?.());
  }

  /**
   * Treats a block as invalid, and with it all that builds on it, until {@link reconsider}: the way to a
   * reorganisation on demand.
   *
   * @throws DevchainError `block-unknown`, `block-permanent`
   */
  invalidate(hash: BlockHash): void {
    const node = this.#knownBlock(hash);
    if (node.height === 0)
      throw new DevchainError('block-permanent', 'the genesis block cannot be invalidated');
    this.#state.invalidate(node);
  }

  /** Undoes {@link invalidate}. @throws DevchainError `block-unknown` */
  reconsider(hash: BlockHash): void {
    this.#state.reconsider(this.#knownBlock(hash));
  }

  /** Sets the clock to a fixed time in Unix seconds, or back to what the options said. */
  setTime(time: number | undefined): void {
    this.#clock = time === undefined ? this.#ownClock : () => time;
  }

  /**
   * Calls `listener` for every block that enters or leaves the active chain, in order, after the whole move to the
   * new tip is done and the mempool fits it.
   *
   * @returns ends the subscription
   */
  subscribe(listener: (change: ChainChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #mineBlock(script: Uint8Array, transactions: readonly LoadedTransaction[], fees: bigint): Block {
    const block = this.#build({ script, transactions, fees });
    const outcome = this.submitParsedBlock(block);
    if (outcome.kind === 'refused') throw refusedError(outcome.rejection);
    return block;
  }

  /** A block on the tip that was never seen before: after an invalidation, equal contents would make the same one. */
  #build(contents: BlockContents): Block {
    const context = this.#nextContext();
    let block = buildBlock(context, contents);
    for (let count = 1; this.#state.tree.find(block.hash) !== undefined; count++) {
      block = buildBlock(context, { ...contents, extraNonce: littleEndian(count, 4) });
    }
    return block;
  }

  #nextContext(): { previous: BlockHash; height: number; time: number } {
    const { block, height, medianTimePast } = this.#state.tip;
    const wanted = this.#clock?.() ?? FIRST_BLOCK_TIME + BLOCK_INTERVAL * (height + 1);
    return { previous: block.hash, height: height + 1, time: Math.max(wanted, medianTimePast + 1) };
  }

  #acceptanceContext(): AcceptanceContext {
    const { tip } = this.#state;
    return {
      pool: this.#pool,
      coins: this.#state.coins,
      scripts: this.#scripts,
      tip,
      medianTimePastAt: (height) => this.#state.at(height)!.medianTimePast,
      blockHashAt: (height) => this.#state.at(height)?.block.hash,
      time: this.#clock?.() ?? tip.block.header.time,
      nextSequence: () => this.#sequence++,
    };
  }

  #knownBlock(hash: BlockHash): BlockNode {
    const node = this.#state.tree.find(hash);
    if (node === undefined) throw new DevchainError('block-unknown', `no block has the hash ${hash}`);
    return node;
  }
}

function refusedError(refused: BlockRejection): DevchainError {
  return new DevchainError('block-refused', `the block is not valid: ${refused.reason}`, {
    evidence: { reason: refused.reason, details: refused.details },
  });
}
