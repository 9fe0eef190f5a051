import { type BlockRejection, blockRejection } from '../consensus/check-block.ts';
import { checkInputs, spentOutputs } from '../consensus/check-inputs.ts';
import type { ScriptChecker } from '../consensus/check-scripts.ts';
import type { CoinSet, SpentOutputs } from '../consensus/coins.ts';
import { sequenceLock, sequenceLockMet } from '../consensus/finality.ts';
import { sigOpsCost } from '../consensus/sig-ops.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { outpointKey } from '../outpoint.ts';
import { blockSubsidy, MAX_BLOCK_SIGOPS_COST } from '../parameters.ts';
import { ancestorAt, type BlockNode } from './block-tree.ts';

/**
 * Checks a block against the unspent outputs and applies it to them.
 *
 * @returns the undo data, or the refusal with `coins` as it was before
 */
export function connectBlock(
  node: BlockNode,
  coins: CoinSet,
  scripts: ScriptChecker,
): { readonly undo: readonly SpentOutputs[] } | BlockRejection {
  const { transactions } = node.block;
  const undo: SpentOutputs[] = [];
  const refuse = (refused: BlockRejection): BlockRejection => {
    revertTransactions(transactions, undo, coins);
    return refused;
  };
  // BIP30: no transaction may have the id of one that is not entirely spent.
  for (const { txid, transaction } of transactions) {
    if (transaction.outputs.some((_, vout) => coins.has(outpointKey(txid, vout)))) {
      return blockRejection('bad-txns-BIP30', 'tried to overwrite transaction');
    }
  }
  let fees = 0n;
  let sigOps = 0;
  for (const [index, loaded] of transactions.entries()) {
    const spent = index === 0 ? [] : spentOutputs(loaded, coins);
    if (spent === undefined) {
      const details = `CheckTxInputs: inputs missing/spent in transaction ${loaded.txid}`;
      return refuse(blockRejection('bad-txns-inputs-missingorspent', details));
    }
    if (index > 0) {
      const checked = checkInputs(loaded, spent, node.height);
      if ('reason' in checked) {
        return refuse(blockRejection(checked.reason, `${checked.details} in transaction ${loaded.txid}`));
      }
      fees += checked.fee;
      const { parent } = node;
      const medianTimePastAt = (height: number): number => ancestorAt(parent!, height)!.medianTimePast;
      const lock = sequenceLock(loaded.transaction, spent, medianTimePastAt);
      if (!sequenceLockMet(lock, node.height, parent!.medianTimePast)) {
        const details = `contains a non-BIP68-final transaction ${loaded.txid}`;
        return refuse(blockRejection('bad-txns-nonfinal', details));
      }
    }
    sigOps += sigOpsCost(loaded, spent);
    if (sigOps > MAX_BLOCK_SIGOPS_COST) return refuse(blockRejection('bad-blk-sigops', 'too many sigops'));
    const failure = index === 0 ? undefined : scripts.checkForBlock(loaded, spent);
    if (failure !== undefined) return refuse(blockRejection(failure.reason, failure.details));
    undo.push(coins.apply(loaded, node.height));
  }
  const reward = transactions[0]!.transaction.outputs.reduce((sum, output) => sum + output.amount, 0n);
  const limit = fees + blockSubsidy(node.height);
  if (reward > limit) {
    const details = `coinbase pays too much (actual=${reward} vs limit=${limit})`;
    return refuse(blockRejection('bad-cb-amount', details));
  }
  return { undo };
}

/** Takes a connected block out of the unspent outputs again. */
export function disconnectBlock(node: BlockNode, coins: CoinSet): void {
  revertTransactions(node.block.transactions, node.undo ?? [], coins);
}

function revertTransactions(
  transactions: readonly LoadedTransaction[],
  undo: readonly SpentOutputs[],
  coins: CoinSet,
): void {
  for (let index = undo.length - 1; index >= 0; index--) coins.revert(transactions[index]!, undo[index]!);
}
