import { type Block, Devchain } from '@prometheus-compute/bitcoin';
import { type Censor, type StageChain, uncensored } from './stage-chain.ts';

/** The development chain in this process. */
export class EmbeddedChain implements StageChain {
  readonly seen = new Devchain();
  readonly reached = undefined;

  async mine(reward: Uint8Array, censors: Censor | undefined): Promise<void> {
    if (censors === undefined) this.seen.mine(1, reward);
    else {
      const chosen = uncensored(this.seen, censors).map(({ bytes }) => bytes);
      this.seen.submitParsedBlock(this.seen.assembleBlock(reward, chosen));
    }
  }

  async moveTo(branch: readonly Block[]): Promise<void> {
    for (const block of branch) this.seen.submitParsedBlock(block);
  }

  async objectionTo(transaction: Uint8Array): Promise<string> {
    const verdict = this.seen.testTransaction(transaction);
    if (verdict.kind === 'accepted' || verdict.rejection.kind === 'reconsiderable') return 'accepted';
    return verdict.rejection.reason;
  }

  async close(): Promise<void> {}
}
