import type { Outpoint, Txid } from '@prometheus-compute/protocol';
import type {
  BlockEvent,
  ChainBackend,
  ChainBlock,
  ChainTip,
  ConfirmedOutput,
  SubmitOutcome,
  WaitingTransaction,
} from '../chain-backend.ts';
import { type AlarmBoard, ChainAlarm } from './alarm.ts';
import { readEstimate, readFloor, readWaiting } from './answers.ts';
import { BlockReporter } from './block-reporter.ts';
import type { Blocks } from './blocks.ts';
import type { CoreNode } from './core-node.ts';
import type { HeaderChain } from './header-chain.ts';
import type { Checkpoint, HeaderSync } from './header-sync.ts';
import { internalHash } from './networks.ts';
import { Submission } from './submit.ts';
import type { Transactions } from './transactions.ts';

/** Blocks within which what is paid now should be confirmed. */
const FEE_TARGET = 2;
/** Times that the tip may move while an output is looked up. */
const ROUNDS = 8;

/** What a {@link CoreBackend} is made of. */
export interface CoreBackendParts {
  readonly node: CoreNode;
  readonly headers: HeaderSync;
  readonly blocks: Blocks;
  readonly transactions: Transactions;
  readonly alarms: AlarmBoard;
  readonly checkpoint: Checkpoint;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds after which a tip is too old; undefined: never. */
  readonly stalledAfter: number | undefined;
  /** Satoshis per 1000 virtual bytes that are believed at most. */
  readonly maxFeeRate: bigint;
  /** Milliseconds between two looks at the tip while somebody listens. */
  readonly pollInterval: number;
}

/**
 * A Bitcoin node over JSON-RPC that is not believed: what it calls confirmed is shown by headers with work and by the
 * contents of blocks. docs/chain-backends.md says what is checked and what is trusted.
 */
export class CoreBackend implements ChainBackend {
  readonly #parts: CoreBackendParts;
  readonly #submission: Submission;
  readonly #reporter: BlockReporter;
  #timer: NodeJS.Timeout | undefined;
  /** The last look at the node's tip that has begun; the one after it, which whoever comes now waits for. */
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<HeaderChain> | undefined;

  constructor(parts: CoreBackendParts) {
    this.#parts = parts;
    this.#reporter = new BlockReporter(parts.blocks);
    this.#submission = new Submission(parts.node, (txid) => this.transaction(txid));
  }

  /** The alarms that stand, oldest first. */
  get alarms(): readonly ChainAlarm[] {
    return this.#parts.alarms.standing;
  }

  /** Where headers are followed from: given to the next start, no other chain is taken for this one. */
  get checkpoint(): ChainTip {
    const { height, hash } = this.#parts.checkpoint;
    return { height, hash: internalHash(hash) };
  }

  /** @throws ChainAlarm, RpcClientError as every method here */
  async tip(): Promise<ChainTip> {
    const chain = await this.#follow();
    return { height: chain.height, hash: internalHash(chain.tip) };
  }

  async blockAt(height: number): Promise<ChainBlock | undefined> {
    return (await this.#parts.blocks.at(await this.#follow(), height))?.block;
  }

  async output(outpoint: Outpoint): Promise<ConfirmedOutput | undefined> {
    for (let round = 0; round < ROUNDS; round++) {
      const found = await this.#parts.transactions.output(await this.#follow(), outpoint);
      if (found !== 'moved') return found;
    }
    throw this.#parts.node.contradiction('gettxout', 'the answer is for another tip than the best block');
  }

  /** @param near - a height at which it was seen once: without an index, the node is asked there first */
  async transaction(
    txid: Txid,
    near?: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly height: number | undefined } | undefined> {
    return this.#parts.transactions.find(await this.#follow(), txid, near);
  }

  async waiting(txid: Txid): Promise<WaitingTransaction | undefined> {
    const asked = await this.#parts.node.tryAsk(readWaiting, 'getmempoolentry', txid);
    return 'value' in asked ? asked.value : undefined;
  }

  spender(outpoint: Outpoint): Promise<Txid | undefined> {
    return this.#parts.transactions.spender(outpoint);
  }

  async feeRate(): Promise<bigint> {
    const { node, maxFeeRate } = this.#parts;
    const floor = await node.ask(readFloor, 'getmempoolinfo');
    // A node that takes no transactions of others (`blocksonly`) refuses to estimate, and what must be published still must.
    const answer = await node.tryAsk(readEstimate, 'estimatesmartfee', FEE_TARGET);
    const estimate = 'value' in answer ? answer.value : undefined;
    const asked = estimate === undefined || estimate < floor ? floor : estimate;
    if (asked > maxFeeRate) return maxFeeRate;
    return asked;
  }

  submit(transaction: Uint8Array): Promise<SubmitOutcome> {
    return this.#submission.submit(transaction);
  }

  submitPackage(transactions: readonly Uint8Array[]): Promise<SubmitOutcome> {
    return this.#submission.submitPackage(transactions);
  }

  /**
   * Reports blocks from the last known tip on, whenever the tip is looked at: by any call, and at intervals while
   * somebody listens. Ask for the tip before the first subscription.
   */
  subscribe(listener: (event: BlockEvent) => void): () => void {
    this.#reporter.add(listener, this.#parts.headers.chain);
    // A failure is in the alarms, and the next look tries again.
    this.#timer ??= setInterval(() => this.#follow().catch(() => {}), this.#parts.pollInterval).unref();
    return () => {
      this.#reporter.remove(listener);
      if (!this.#reporter.isHeard) this.close();
    };
  }

  /** Ends looking at the tip by itself. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The chain at the node's tip. One look after another; each sees what was there when it was asked for. */
  #follow(): Promise<HeaderChain> {
    if (this.#next !== undefined) return this.#next;
    const next = this.#last.then(() => {
      this.#next = undefined;
      return this.#look();
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }

  async #look(): Promise<HeaderChain> {
    const chain = await this.#parts.headers.follow();
    this.#judgeAge(chain);
    await this.#reporter.report(chain);
    return chain;
  }

  #judgeAge(chain: HeaderChain): void {
    const { alarms, now, stalledAfter } = this.#parts;
    if (stalledAfter === undefined) return;
    const seconds = Math.floor(now() / 1_000) - chain.timeAt(chain.height);
    if (seconds <= stalledAfter) {
      alarms.clear('node-stalled');
      return;
    }
    const message = `the Bitcoin node's last block is ${seconds} seconds old`;
    const evidence = { seconds, height: chain.height, hash: chain.tip };
    alarms.raise(new ChainAlarm('node-stalled', message, evidence));
  }
}
