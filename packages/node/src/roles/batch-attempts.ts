import {
  type ChannelState,
  CodedError,
  type Coin,
  outpointKey,
  type SignaturesStep,
} from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import type { BatchOrder } from './client.ts';
import { openBatchChannel } from './client.ts';
import type { RoleHost } from './host.ts';

/** Setups that a Client begins for one batch: as many as it can give up after the draw without being shunned (Y §Oracle). */
const MAX_ATTEMPTS = 3;
/** Blocks between two attempts: by then everybody who waits for the first one has given it up too. */
const PAUSE_BLOCKS = 3;
/** Confirmations of the respent coins after which a Tx0 that was signed can never come back (T §Setup 5). */
const FINAL_CONFIRMATIONS = 6;

type Abandoned = Extract<ChannelState, { how: 'abandoned' }>;

/** A setup that came to nothing, and what follows from it. */
export interface FailedAttempt {
  readonly batch: number;
  /** Counts from 1. */
  readonly attempt: number;
  readonly channel: string;
  readonly state: Abandoned;
  /** Whether the batch will be tried again. */
  readonly again: boolean;
}

interface Attempt {
  readonly order: BatchOrder;
  readonly number: number;
  readonly channel: string;
  /** First tip at which the next attempt may begin; null: this one has not failed. */
  readonly resumeAt: number | null;
  /** Own coins that Tx0 could still take, and the tip at which they were first seen spent by something else. */
  readonly tied: readonly Coin[];
  readonly freeSince: number | null;
}

/**
 * Tries a batch again when its setup failed: with a fresh session, a new draw, and those asked last who failed the one
 * before. Never while a Tx0 that was signed could still confirm: the batch would be paid for twice. What was attempted stands in
 * the channels that the node has stored, each with its batch.
 */
export class BatchAttempts {
  readonly #host: RoleHost;
  readonly #onFailed: (failed: FailedAttempt) => void;
  readonly #attempts = new Map<number, Attempt>();
  readonly #failed: FailedAttempt[] = [];
  #failure: EngineError | undefined;

  constructor(host: RoleHost, onFailed: (failed: FailedAttempt) => void = () => {}) {
    this.#host = host;
    this.#onFailed = onFailed;
  }

  /** Why a batch cannot be contracted, after its last attempt. */
  get failure(): EngineError | undefined {
    return this.#failure;
  }

  /** Setups that came to nothing, oldest first. */
  get failed(): readonly FailedAttempt[] {
    return this.#failed;
  }

  /** The channel of the latest attempt of each batch, in the order of batches. */
  get channels(): readonly string[] {
    return [...this.#attempts].sort(([a], [b]) => a - b).map(([, { channel }]) => channel);
  }

  /**
   * Opens the first channel of a batch. Where an earlier run of this node has begun attempts, it goes on with them instead: a batch
   * is never paid for twice, and has no more attempts for a restart.
   *
   * @throws what {@link openBatchChannel} throws
   */
  async open(order: BatchOrder): Promise<void> {
    const begun = this.#host.channels.filter(({ batch }) => batch === order.batch);
    const last = begun.at(-1);
    if (last !== undefined) {
      for (const [i, { id, state }] of begun.slice(0, -1).entries()) {
        if (state.name === 'closed' && state.how === 'abandoned')
          this.#failed.push({ batch: order.batch, attempt: i + 1, channel: id, state, again: true });
      }
      this.#put(fresh(order, begun.length, last.id));
      return;
    }
    const channel = await openBatchChannel(this.#host, order);
    this.#put(fresh(order, 1, channel));
  }

  /** Looks at every batch, and begins its next attempt when it is time. Call it at every block. */
  async follow(): Promise<void> {
    const { height: tip } = await this.#host.ports.chain.tip();
    for (const attempt of this.#attempts.values()) {
      const state = this.#host.channels.find(({ id }) => id === attempt.channel)?.state;
      const isOver = state?.name === 'closed' && state.how === 'abandoned';
      if (!isOver) {
        // A Tx0 that was quicker than the respent coins: this attempt it is.
        if (attempt.resumeAt !== null) this.#put({ ...attempt, resumeAt: null });
      } else if (attempt.resumeAt === null) this.#note(attempt, state, tip);
      else await this.#again(attempt, tip);
    }
  }

  #put(attempt: Attempt): void {
    this.#attempts.set(attempt.order.batch, attempt);
  }

  #note(attempt: Attempt, state: Abandoned, tip: number): void {
    const { order, number, channel } = attempt;
    const again = number < MAX_ATTEMPTS && isWorthAnother(state, number);
    const failed = { batch: order.batch, attempt: number, channel, state, again };
    this.#failed.push(failed);
    this.#onFailed(failed);
    if (again) this.#put({ ...attempt, resumeAt: tip + PAUSE_BLOCKS, tied: tiedCoins(state.before) });
    else this.#failure ??= givenUp(failed);
  }

  async #again(attempt: Attempt, tip: number): Promise<void> {
    const { order, number, resumeAt } = attempt;
    const freeSince = await this.#freeSince(attempt, tip);
    if (freeSince !== attempt.freeSince) this.#put({ ...attempt, freeSince });
    if (resumeAt === null || tip < resumeAt || freeSince === null) return;
    if (attempt.tied.length > 0 && tip < freeSince + FINAL_CONFIRMATIONS - 1) return;
    try {
      const channel = await openBatchChannel(this.#host, order);
      this.#put(fresh(order, number + 1, channel));
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      // Coins may be on their way back: after as long again it is no use to wait.
      const isPoor = cause.code === 'insufficient-funds' || cause.code === 'fee-reserve';
      if (isPoor && tip < resumeAt + PAUSE_BLOCKS + FINAL_CONFIRMATIONS) return;
      const reason = `batch ${order.batch} could not be tried again: ${cause.message}`;
      this.#failure ??= new EngineError('channel-failed', reason, {
        cause,
        remedy: 'Nothing was paid. Change what the message names, and run the job again.',
      });
    }
  }

  /** Tip since which the coins of a signed Tx0 are spent by something else; null while one is not. */
  async #freeSince({ tied, freeSince }: Attempt, tip: number): Promise<number | null> {
    for (const { outpoint } of tied) {
      if ((await this.#host.ports.chain.output(outpoint)) !== undefined) return null;
    }
    return freeSince ?? tip;
  }
}

const fresh = (order: BatchOrder, number: number, channel: string): Attempt => ({
  order,
  number,
  channel,
  resumeAt: null,
  tied: [],
  freeSince: null,
});

function tiedCoins(before: SignaturesStep | null): readonly Coin[] {
  return before === null ? [] : before.agreement.contract.client.funding;
}

/**
 * Whether another draw, or another try, can help: whoever failed after the draw need not be in the next one. What partners
 * refuse before it they refuse again, but when they have just given up another attempt, and their coins come free.
 */
function isWorthAnother({ drawn, fault }: Abandoned, attempt: number): boolean {
  if (fault.code === 'terms-refused') return drawn;
  const passes = fault.code === 'setup-timeout' || fault.code === 'coin-missing';
  return drawn || passes || attempt > 1;
}

function givenUp({ batch, attempt, state }: FailedAttempt): EngineError {
  const { code, culprit, reason } = state.fault;
  const stakes = state.suspects.map(outpointKey).join(', ');
  const tries = attempt === 1 ? '' : `, also in attempt ${attempt}`;
  return new EngineError('channel-failed', `batch ${batch} could not be contracted${tries}: ${reason}`, {
    evidence: { batch, fault: code, culprit: culprit ?? 'nobody', attempt, stakes },
    remedy:
      'Nothing was paid. Change what the message names, or choose other partners, and run the job again.',
  });
}
