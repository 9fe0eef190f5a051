import type { Devchain, LoadedTransaction } from '@prometheus-compute/bitcoin';

/**
 * Mines what the mempool holds, but for what it censors and what builds on that. It takes no fees for a block of its own choice, as Core's
 * `generateblock` does not.
 */
export class Miner {
  /** Whether a transaction stays out. Undefined: nothing does. */
  censors: ((transaction: LoadedTransaction) => boolean) | undefined;

  mine(chain: Devchain, reward: Uint8Array): void {
    const { censors } = this;
    if (censors === undefined) {
      chain.mine(1, reward);
      return;
    }
    const out = new Set<string>();
    const chosen: Uint8Array[] = [];
    // In order of arrival: parents come before their children.
    for (const { loaded } of chain.mempool.entries()) {
      const builds = loaded.transaction.inputs.some(({ txid }) => out.has(txid));
      if (builds || censors(loaded)) out.add(loaded.txid);
      else chosen.push(loaded.bytes);
    }
    chain.submitParsedBlock(chain.assembleBlock(reward, chosen));
  }
}
