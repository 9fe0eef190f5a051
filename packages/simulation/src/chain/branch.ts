import { BLOCK_INTERVAL, type Block, buildBlock, type Devchain } from '@prometheus-compute/bitcoin';
import { littleEndian } from '@prometheus-compute/protocol';
import { labelScript } from '../terms/labels.ts';
import { type Censor, without } from './stage-chain.ts';

/** Script that the rewards of other miners go to. */
const REWARD = labelScript('another miner');

/**
 * Blocks that take the place of those from a height on: one more than these. The first of them holds what these held, but for what is censored.
 *
 * @param from - height of the first block that gives way
 * @param nonce - tells branches apart that are equal otherwise
 */
export function longerBranch(
  chain: Devchain,
  from: number,
  censors: Censor | undefined,
  nonce: number,
): readonly Block[] {
  const count = chain.tip().height - from + 2;
  const leaving = Array.from({ length: count - 1 }, (_, i) => chain.blockAt(from + i)!.block.transactions);
  const kept = without(
    leaving.flatMap(([, ...transactions]) => transactions),
    censors,
  );
  const extraNonce = littleEndian(nonce, 4);
  const branch: Block[] = [];
  let { hash: previous, header } = chain.blockAt(from - 1)!.block;
  for (let i = 0; i < count; i++) {
    const block = buildBlock(
      { previous, height: from + i, time: header.time + BLOCK_INTERVAL },
      // Fees are left to nobody, as by Core's `generateblock`.
      { script: REWARD, transactions: i === 0 ? kept : [], fees: 0n, extraNonce },
    );
    branch.push(block);
    ({ hash: previous, header } = block);
  }
  return branch;
}
