import { ChainAlarm, RpcClientError } from '@prometheus-compute/bitcoin';
import { CodedError, equalBytes, type Hash32, type Txid } from '@prometheus-compute/protocol';
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

/** How a transaction was handed to the chain last. */
interface Attempt {
  /** Tip at which it went with this child first. */
  readonly since: number;
  /** Tip at which it was handed in last. */
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

  /**
   * Publishes what is due at the chain's tip. Call it for every new tip, and again where it has thrown; a reorganisation brings back
   * what it took. What the Bitcoin node cannot say or do about one transaction keeps back no other.
   *
   * @throws ChainAlarm, RpcClientError: the first trouble, when all others were served or nobody answers any more
   */
  async follow(): Promise<void> {
    const { height: tip } = await this.#chain.tip();
    const parents = new Map<Txid, number | undefined>();
    let trouble: CodedError<string> | undefined;
    for (const exit of this.#bundle.exits) {
      try {
        if (!parents.has(exit.parent))
          parents.set(exit.parent, (await this.#chain.transaction(exit.parent))?.height);
        const parentHeight = parents.get(exit.parent);
        if (parentHeight !== undefined) await this.#serve(exit, tip, parentHeight);
      } catch (cause) {
        if (!(cause instanceof CodedError) || isSilence(cause)) throw cause;
        trouble ??= cause as CodedError<string>;
      }
    }
    if (trouble !== undefined) throw trouble;
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
    await this.#hand(exit, tip, before ?? { since: tip, last: tip, rung: exit.alone && isNew ? -1 : 0 });
  }

  /** Hands it in with the child whose turn it is; where the chain refuses it, the next one is tried at once. */
  async #hand(exit: SignedExit, tip: number, attempt: Attempt): Promise<void> {
    const top = exit.children.length - 1;
    // Two blocks may come between two looks at the chain: what counts is how long it has waited.
    const raised = tip - attempt.since >= PATIENCE ? 1 : 0;
    for (let rung = Math.min(attempt.rung + raised, top); ; rung++) {
      const outcome = await this.#submit(exit, rung);
      const since = rung === attempt.rung ? attempt.since : tip;
      this.#attempts.set(exit.txid, { since, last: tip, rung });
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

/** Whether the Bitcoin node answers nothing at all: what comes next would fail as well. */
function isSilence(cause: CodedError<string>): boolean {
  return (
    (cause instanceof RpcClientError && cause.code !== 'rpc-refused') ||
    (cause instanceof ChainAlarm && cause.code === 'node-unreachable')
  );
}
