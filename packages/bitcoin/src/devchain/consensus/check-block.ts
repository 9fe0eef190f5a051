import { equalBytes, txidToInternal } from '@prometheus-compute/protocol';
import {
  checkTransaction,
  isCoinbase,
  MAX_BLOCK_WEIGHT,
  WITNESS_SCALE_FACTOR,
} from '../../transaction/index.ts';
import type { Block } from '../blocks/block.ts';
import { merkleRoot } from '../blocks/merkle.ts';
import { meetsTarget } from '../blocks/proof-of-work.ts';
import { COMPACT_TARGET, MAX_BLOCK_SIGOPS_COST, MAX_FUTURE_BLOCK_TIME } from '../parameters.ts';
import { type Rejection, rejection } from '../verdict.ts';
import { heightScript } from './coinbase.ts';
import { isFinal } from './finality.ts';
import { legacySigOps } from './sig-ops.ts';
import { commitmentOutput, witnessCommitment } from './witness-commitment.ts';

/**
 * A refusal of a block. `mutated` means that other transactions may fit the same header, so the hash must not be
 * remembered as invalid.
 */
export type BlockRejection = Rejection & { readonly mutated: boolean };

export function blockRejection(reason: string, details = '', mutated = false): BlockRejection {
  return { ...rejection('consensus', reason, details), mutated };
}

/** The block that another one builds on, as far as its header matters. */
export interface HeaderContext {
  readonly height: number;
  readonly medianTimePast: number;
}

/** Rules that a block fulfils by itself. */
export function checkBlock(block: Block): BlockRejection | undefined {
  if (!meetsTarget(block.hash, block.header.bits)) return blockRejection('high-hash', 'proof of work failed');
  const { root, mutated } = merkleRoot(block.transactions.map((loaded) => txidToInternal(loaded.txid)));
  if (!equalBytes(root, block.header.merkleRoot)) {
    return blockRejection('bad-txnmrklroot', 'hashMerkleRoot mismatch', true);
  }
  if (mutated) return blockRejection('bad-txns-duplicate', 'duplicate transaction', true);
  const baseSize = block.transactions.reduce((sum, loaded) => sum + loaded.baseSize, 0);
  if (
    block.transactions.length === 0 ||
    (baseSize + blockOverhead(block)) * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT
  ) {
    return blockRejection('bad-blk-length', 'size limits failed');
  }
  const [first, ...rest] = block.transactions;
  if (!isCoinbase(first!.transaction)) return blockRejection('bad-cb-missing', 'first tx is not coinbase');
  if (rest.some((loaded) => isCoinbase(loaded.transaction))) {
    return blockRejection('bad-cb-multiple', 'more than one coinbase');
  }
  let sigOps = 0;
  for (const loaded of block.transactions) {
    const fault = checkTransaction(loaded.transaction);
    if (fault !== undefined) {
      return blockRejection(fault, `Transaction check failed (tx hash ${loaded.txid}) `);
    }
    sigOps += legacySigOps(loaded);
  }
  if (sigOps * WITNESS_SCALE_FACTOR > MAX_BLOCK_SIGOPS_COST) {
    return blockRejection('bad-blk-sigops', 'out-of-bounds SigOpCount');
  }
  return undefined;
}

/** Rules of a header on top of `parent`. @param clock - Unix seconds, or undefined where the chain has no clock */
export function checkHeader(
  block: Block,
  parent: HeaderContext,
  clock: number | undefined,
): BlockRejection | undefined {
  const { header } = block;
  if (header.bits !== COMPACT_TARGET) return blockRejection('bad-diffbits', 'incorrect proof of work');
  if (header.time <= parent.medianTimePast) {
    return blockRejection('time-too-old', "block's timestamp is too early");
  }
  if (clock !== undefined && header.time > clock + MAX_FUTURE_BLOCK_TIME) {
    return blockRejection('time-too-new', 'block timestamp too far in the future');
  }
  if (header.version < 4) {
    const version = `0x${(header.version >>> 0).toString(16).padStart(8, '0')}`;
    return blockRejection(`bad-version(${version})`, `rejected nVersion=${version} block`);
  }
  return undefined;
}

/** Rules of a block's contents on top of `parent`, without the unspent outputs. */
export function checkBlockContext(block: Block, parent: HeaderContext): BlockRejection | undefined {
  const height = parent.height + 1;
  // BIP113
  if (block.transactions.some((loaded) => !isFinal(loaded.transaction, height, parent.medianTimePast))) {
    return blockRejection('bad-txns-nonfinal', 'non-final transaction');
  }
  // BIP34
  const expected = heightScript(height);
  const scriptSig = block.transactions[0]!.transaction.inputs[0]!.scriptSig;
  if (!equalBytes(scriptSig.subarray(0, expected.length), expected)) {
    return blockRejection('bad-cb-height', 'block height mismatch in coinbase');
  }
  const refused = checkWitnessCommitment(block);
  if (refused !== undefined) return refused;
  if (blockWeight(block) > MAX_BLOCK_WEIGHT) {
    return blockRejection('bad-blk-weight', 'ContextualCheckBlock : weight limit failed');
  }
  return undefined;
}

/** BIP141: the coinbase commits to every witness, or there is none. */
function checkWitnessCommitment(block: Block): BlockRejection | undefined {
  const coinbase = block.transactions[0]!.transaction;
  const committed = commitmentOutput(coinbase);
  if (committed === undefined) {
    if (block.transactions.every((loaded) => loaded.wtxid === loaded.txid)) return undefined;
    return blockRejection(
      'unexpected-witness',
      'CheckWitnessMalleation : unexpected witness data found',
      true,
    );
  }
  const { witness } = coinbase.inputs[0]!;
  if (witness.length !== 1 || witness[0]!.length !== 32) {
    return blockRejection(
      'bad-witness-nonce-size',
      'CheckWitnessMalleation : invalid witness reserved value size',
      true,
    );
  }
  if (!equalBytes(committed.subarray(6, 38), witnessCommitment(block.transactions, witness[0]!))) {
    return blockRejection(
      'bad-witness-merkle-match',
      'CheckWitnessMalleation : witness merkle commitment mismatch',
      true,
    );
  }
  return undefined;
}

/** Bytes of a block outside its transactions. */
export function blockOverhead(block: Block): number {
  const count = block.transactions.length;
  return 80 + (count < 0xfd ? 1 : count <= 0xffff ? 3 : 5);
}

/** BIP141 weight units of a whole block. */
export function blockWeight(block: Block): number {
  const transactions = block.transactions.reduce((sum, loaded) => sum + loaded.weight, 0);
  return transactions + blockOverhead(block) * WITNESS_SCALE_FACTOR;
}
