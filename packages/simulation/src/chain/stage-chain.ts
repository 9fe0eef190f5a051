import type { Block, Devchain, LoadedTransaction } from '@prometheus-compute/bitcoin';
import type { Chain } from '@prometheus-compute/node';

/** Whether a transaction stays out of a block. */
export type Censor = (transaction: LoadedTransaction) => boolean;

/** The chain that a stage stands on: who judges transactions and makes blocks. */
export interface StageChain {
  /** What is in blocks and what waits, for whoever looks; changed by this chain alone. */
  readonly seen: Devchain;
  /** What a party reaches; undefined where that is {@link seen} itself. */
  readonly reached: Chain | undefined;
  /**
   * Makes a block of what waits.
   *
   * @param reward - script that it pays
   * @param censors - what is not to be in it, with what builds on that. Such a block takes no fees, as Core's `generateblock` does not
   */
  mine(reward: Uint8Array, censors: Censor | undefined): Promise<void>;
  /** Hands in the blocks of a longer branch, oldest first: with the last one the chain moves to it. */
  moveTo(branch: readonly Block[]): Promise<void>;
  /**
   * What the node would say to a transaction in the next block: `accepted`, or its reason. One without fee passes, since a child would pay
   * for it.
   */
  objectionTo(transaction: Uint8Array): Promise<string>;
  close(): Promise<void>;
}

/** What waits, in order of arrival and so with parents before their children, without what is censored and builds on that. */
export function uncensored({ mempool }: Devchain, censors: Censor): readonly LoadedTransaction[] {
  return without(
    [...mempool.entries()].map(({ loaded }) => loaded),
    censors,
  );
}

/** @param list - parents before their children */
export function without(
  list: readonly LoadedTransaction[],
  censors: Censor | undefined,
): readonly LoadedTransaction[] {
  if (censors === undefined) return list;
  const out = new Set<string>();
  return list.filter((loaded) => {
    const stays = !censors(loaded) && !loaded.transaction.inputs.some(({ txid }) => out.has(txid));
    if (!stays) out.add(loaded.txid);
    return stays;
  });
}
