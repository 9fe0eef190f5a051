import type { Txid } from '@prometheus-compute/protocol';
import { type Block, parseBlock } from '../../devchain/blocks/block.ts';
import type { BlockHash } from '../../devchain/blocks/header.ts';
import { checkBlock, checkBlockContext } from '../../devchain/consensus/check-block.ts';
import { DevchainError } from '../../devchain/errors.ts';
import { rejectionText } from '../../devchain/verdict.ts';
import type { ChainBlock } from '../chain-backend.ts';
import { internalHash } from './networks.ts';

/** A block of which everything that its header commits to was checked. */
export interface VerifiedBlock {
  readonly block: ChainBlock;
  /** In the order of its transactions. */
  readonly txids: readonly Txid[];
}

/** What a block must be, by its header, which is verified. */
export interface ExpectedBlock {
  readonly hash: BlockHash;
  readonly height: number;
  /** Of the block below; 0 for the first one. */
  readonly medianTimePast: number;
  /** Whether BIP34, BIP113 and BIP141 hold at its height. */
  readonly segwit: boolean;
}

/**
 * Reads a block and checks that its transactions are those of its header: Merkle root without doubled leaves
 * (CVE-2012-2459), one coinbase and that first, witness commitment, and the rules that need no unspent outputs.
 *
 * @returns the block, or Core's reject reason; `wrong-block` where it is valid and another one
 */
export function verifyBlock(bytes: Uint8Array, expected: ExpectedBlock): VerifiedBlock | { fault: string } {
  let parsed: Block;
  try {
    parsed = parseBlock(bytes);
  } catch (error) {
    if (!(error instanceof DevchainError)) throw error;
    return { fault: error.message };
  }
  if (parsed.hash !== expected.hash) return { fault: 'wrong-block' };
  const { height, medianTimePast } = expected;
  const refused =
    checkBlock(parsed) ??
    (expected.segwit ? checkBlockContext(parsed, { height: height - 1, medianTimePast }) : undefined);
  if (refused !== undefined) return { fault: rejectionText(refused) };
  return {
    block: {
      height,
      hash: internalHash(parsed.hash),
      previous: internalHash(parsed.header.previous),
      transactions: parsed.transactions.map((loaded) => loaded.bytes),
    },
    txids: parsed.transactions.map((loaded) => loaded.txid),
  };
}
