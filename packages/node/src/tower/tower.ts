import { equalBytes, type Hash32, type Txid } from '@prometheus-compute/protocol';
import type { Chain, SubmitOutcome } from '../ports/chain.ts';
import type { Bundle, SignedExit } from './bundle.ts';
import { TowerError } from './errors.ts';

/** Blocks that a transaction waits before the next child takes the place of the last. */
const PATIENCE = 2;

/** What a tower did at a tip. */
export interface TowerNotice {
  readonly exit: SignedExit;
  readonly tip: number;
  readonly outcome: SubmitOutcome['kind'];
  /** Why the chain did not take it. */
  readonly reason: string | null;
  /** Which child went with it, from 0; null: none. */
  readonly child: number | null;
}

/** How often a transaction was handed to the chain, and when last. */
interface Attempt {
  readonly first: number;
  readonly last: number;
  /** Next child; -1: the transaction alone. */
  readonly rung: number;
}

/** Publishes for somebody who is away. It needs no state of its own: what it has done stands on the chain. */
export class Tower {
  readonly #bundle: Bundle;
  readonly #chain: Chain;
  readonly #onNotice: (notice: TowerNotice) => void;
  readonly #attempts = new Map<Txid, Attempt>();

  /**
   * @param genesis - of the chain
   * @throws TowerError `other-chain`, `nothing-to-watch`
   */
  constructor(bundle: Bundle, chain: Chain, genesis: Hash32, onNotice: (notice: TowerNotice) => void) {
    if (!equalBytes(bundle.genesis, genesis)) {
      throw new TowerError('other-chain', 'this bundle was made for another chain', {
        remedy: 'Name the Bitcoin node of the network on which the contracts are.',
      });
    }
    if (bundle.exits.length === 0) {
      throw new TowerError('nothing-to-watch', 'this bundle has no transaction of any open contract', {
        remedy: 'Export another one when a contract has begun.',
      });
    }
    this.#bundle = bundle;
    this.#chain = chain;
    this.#onNotice = onNotice;
  }

  /** Publishes what is due at the chain's tip. Call it for every new tip; a reorganisation brings back what it took. */
  async follow(): Promise<void> {
    const { height: tip } = await this.#chain.tip();
    const parents = new Map<Txid, number | undefined>();
    for (const exit of this.#bundle.exits) {
      if (!parents.has(exit.parent))
        parents.set(exit.parent, (await this.#chain.transaction(exit.parent))?.height);
      const parentHeight = parents.get(exit.parent);
      if (parentHeight !== undefined) await this.#serve(exit, tip, parentHeight);
    }
  }

  async #serve(exit: SignedExit, tip: number, parentHeight: number): Promise<void> {
    if (tip < parentHeight + exit.from) return;
    const found = await this.#chain.transaction(exit.txid);
    if (found?.height !== undefined) return;
    // Every exit spends the first output of its parent.
    if ((await this.#chain.output({ txid: exit.parent, vout: 0 })) === undefined) return;
    const before = this.#attempts.get(exit.txid);
    const isNew = before === undefined && found === undefined;
    // D9: what would show h_p too late is not shown at all; what was shown is pushed on.
    if (isNew && exit.until !== null && tip > parentHeight + exit.until) return;
    if (before?.last === tip) return;
    await this.#hand(exit, tip, before ?? { first: tip, last: tip, rung: exit.alone && isNew ? -1 : 0 });
  }

  /** Hands it in with the child whose turn it is; where the chain refuses it, the next one is tried at once. */
  async #hand(exit: SignedExit, tip: number, attempt: Attempt): Promise<void> {
    const top = exit.children.length - 1;
    const raised = (tip - attempt.first) % PATIENCE === 0 && tip > attempt.first ? 1 : 0;
    for (let rung = Math.min(attempt.rung + raised, top); ; rung++) {
      const outcome = await this.#submit(exit, rung);
      this.#attempts.set(exit.txid, { first: attempt.first, last: tip, rung });
      const reason = outcome.kind === 'rejected' ? outcome.reason : null;
      this.#onNotice({ exit, tip, outcome: outcome.kind, reason, child: rung < 0 ? null : rung });
      if (outcome.kind !== 'rejected' || rung >= top) return;
    }
  }

  async #submit({ transaction, children }: SignedExit, rung: number): Promise<SubmitOutcome> {
    const child = children[rung];
    if (child === undefined) return this.#chain.submit(transaction);
    return this.#chain.submitPackage([transaction, child]);
  }
}
