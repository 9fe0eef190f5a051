import { equalBytes } from '@prometheus-compute/protocol';
import type { Node } from '../node/node.ts';
import type { ChainTip } from '../ports/chain.ts';
import { errorFields } from '../telemetry/fields.ts';
import type { Log } from '../telemetry/log.ts';

/** Seconds after which a node tries again what waits for its peers, although no block has come. */
const RETRY_SECONDS = 15;
/** Milliseconds between two rounds that peers can cause: whoever comes and goes all the time keeps nobody busy. */
const NUDGE_PAUSE = 1_000;
/** Blocks that are worth a word, since reading them takes a while. */
const MANY_BLOCKS = 144;

/** Why a round is made: there is a new tip, something has happened, or it is time to try again what waits. */
export type RoundReason = 'tip' | 'nudge' | 'retry';

/** Looks at the chain's tip again and again, and has the node follow it. */
export class TipLoop {
  readonly #node: Node;
  readonly #log: Log;
  readonly #pollSeconds: number;
  readonly #onRound: (why: RoundReason) => Promise<void>;
  readonly #ended = new AbortController();
  #seen: ChainTip | undefined;
  #lastRound = Number.NEGATIVE_INFINITY;
  /** Why the chain could not be followed in this round. */
  #failure: Error | undefined;
  #troubled = false;
  #wake: () => void = () => {};
  #nudged = false;
  #running: Promise<void> = Promise.resolve();

  /** @param options.onRound - called when the node has followed the chain to its tip */
  constructor(
    node: Node,
    options: {
      readonly pollSeconds: number;
      readonly onRound: (why: RoundReason) => Promise<void>;
      readonly log: Log;
    },
  ) {
    this.#node = node;
    this.#log = options.log;
    this.#pollSeconds = options.pollSeconds;
    this.#onRound = options.onRound;
    node.engine.watch((notice) => {
      if (notice.kind === 'follow-failed') this.#failure = notice.error;
    });
  }

  /** Whether the last look at the chain brought nothing that can be used. */
  get troubled(): boolean {
    return this.#troubled;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something may go on now, such as what waits for a peer that has come. */
  nudge(): void {
    if (this.#nudged) return;
    this.#nudged = true;
    this.#wake();
  }

  /** Ends after the round that is under way. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#failure = undefined;
      try {
        await this.#round();
      } catch (cause) {
        this.#failure = cause instanceof Error ? cause : new Error(String(cause));
      }
      this.#report();
      await this.#pause();
    }
  }

  async #round(): Promise<void> {
    const tip = await this.#node.ports.chain.tip();
    const isNew = this.#seen === undefined || !equalBytes(this.#seen.hash, tip.hash);
    const isDue = performance.now() - this.#lastRound > RETRY_SECONDS * 1_000;
    const why = isNew ? 'tip' : this.#nudged ? 'nudge' : 'retry';
    if ((why === 'retry' && !isDue) || (why === 'nudge' && this.#untilNudge > 0)) return;
    this.#nudged = false;
    const behind = tip.height - this.#node.watcher.height;
    if (behind > MANY_BLOCKS) this.#log.info('catching', { count: behind, height: tip.height });
    await this.#node.onBlock();
    this.#lastRound = performance.now();
    if (this.#failure !== undefined || !(await this.#node.watcher.isCurrent())) return;
    if (isNew) this.#log.info('tip', { height: tip.height });
    await this.#onRound(why);
    this.#seen = tip;
  }

  /** Said once when it begins and once when it is over. */
  #report(): void {
    if (this.#failure !== undefined && !this.#troubled) {
      this.#log.warn('chain-unreachable', errorFields(this.#failure));
    }
    if (this.#failure === undefined && this.#troubled) this.#log.info('chain-back');
    this.#troubled = this.#failure !== undefined;
  }

  /** Milliseconds until a round may be made that nothing but a nudge asks for. */
  get #untilNudge(): number {
    return Math.max(0, this.#lastRound + NUDGE_PAUSE - performance.now());
  }

  async #pause(): Promise<void> {
    const wait = this.#nudged ? this.#untilNudge : this.#pollSeconds * 1_000;
    if (wait === 0 || this.#ended.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
