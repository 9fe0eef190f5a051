import { txidToInternal } from '@prometheus-compute/protocol';
import { MAX_BLOCK_WEIGHT } from '../transaction/index.ts';
import { type Block, makeBlock } from './blocks/block.ts';
import type { BlockHash, BlockHeader } from './blocks/header.ts';
import { merkleRoot } from './blocks/merkle.ts';
import { mineHeader } from './blocks/proof-of-work.ts';
import { buildCoinbase } from './consensus/coinbase.ts';
import { isFinal } from './consensus/finality.ts';
import type { LoadedTransaction } from './loaded-transaction.ts';
import { chunksOf } from './mempool/chunks.ts';
import type { MempoolEntry } from './mempool/entry.ts';
import { virtualSize } from './mempool/entry.ts';
import { BLOCK_MIN_FEE } from './mempool/limits.ts';
import type { Mempool } from './mempool/pool.ts';
import { compareFeeRates, type FeeRate } from './money.ts';
import { BLOCK_VERSION, blockSubsidy, COMPACT_TARGET, MAX_BLOCK_SIGOPS_COST } from './parameters.ts';

/** Weight units, and cost of signature operations, that are left to header and coinbase, as Core leaves them. */
const RESERVED_WEIGHT = 8000;
const RESERVED_SIGOPS_COST = 400;

/** What a new block builds on. */
export interface BlockContext {
  readonly previous: BlockHash;
  /** Of the new block. */
  readonly height: number;
  /** Unix seconds of the new block. */
  readonly time: number;
}

/** What a new block holds. */
export interface BlockContents {
  /** Script that the reward is paid to. */
  readonly script: Uint8Array;
  /** In order, without the coinbase. */
  readonly transactions: readonly LoadedTransaction[];
  /** Satoshis of fees that the coinbase takes on top of the subsidy. */
  readonly fees: bigint;
  /** Bytes in the coinbase that tell otherwise equal blocks apart. */
  readonly extraNonce?: Uint8Array;
}

/** Builds a block and finds its proof of work. It is valid only if its transactions are, in this order. */
export function buildBlock(context: BlockContext, contents: BlockContents): Block {
  const coinbase = buildCoinbase(
    context.height,
    contents.script,
    blockSubsidy(context.height) + contents.fees,
    contents.transactions,
    contents.extraNonce,
  );
  const transactions = [coinbase, ...contents.transactions];
  const header: BlockHeader = {
    version: BLOCK_VERSION,
    previous: context.previous,
    merkleRoot: merkleRoot(transactions.map(({ txid }) => txidToInternal(txid))).root,
    time: context.time,
    bits: COMPACT_TARGET,
    nonce: 0,
  };
  return makeBlock(mineHeader(header), transactions);
}

/**
 * Transactions of the mempool for the next block: whole chunks by falling feerate while they fit, as Core's
 * block assembler takes them.
 *
 * @param minimum - lowest feerate of a chunk that the miner takes
 */
export function selectTransactions(
  pool: Mempool,
  height: number,
  medianTimePast: number,
  minimum: FeeRate = BLOCK_MIN_FEE,
): readonly MempoolEntry[] {
  const selected: MempoolEntry[] = [];
  const left = new Set<MempoolEntry>();
  let weight = RESERVED_WEIGHT;
  let sigOps = RESERVED_SIGOPS_COST;
  for (const chunk of chunksOf(pool.entries())) {
    if (compareFeeRates({ fee: chunk.fee, size: virtualSize(chunk.size) }, minimum) < 0) break;
    const cost = chunk.entries.reduce((sum, entry) => sum + entry.sigOpsCost, 0);
    const fits =
      weight + chunk.size < MAX_BLOCK_WEIGHT &&
      sigOps + cost < MAX_BLOCK_SIGOPS_COST &&
      chunk.entries.every(
        (entry) =>
          isFinal(entry.loaded.transaction, height, medianTimePast) &&
          !pool.parents(entry.loaded).some((parent) => left.has(parent)),
      );
    if (!fits) {
      for (const entry of chunk.entries) left.add(entry);
      continue;
    }
    weight += chunk.size;
    sigOps += cost;
    selected.push(...chunk.entries);
  }
  return selected;
}
