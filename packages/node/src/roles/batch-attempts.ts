import {
  type ChannelState,
  CodedError,
  type Coin,
  outpointKey,
  type SignaturesStep,
} from '@prometheus-compute/protocol';
import { EngineError, isOwnTrouble } from '../engine/errors.ts';
import { type Blamed, type Candidates, choosePartners } from './candidates.ts';
import { type Partners, proposeBatch, type StoredBatch } from './client.ts';
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

/** A batch, and who may be asked to take it. */
export interface BatchRequest extends StoredBatch {
  /** Its place in its job, from 1, for people. */
  readonly place: number;
  readonly candidates: Candidates;
}

interface Attempt {
  readonly order: BatchRequest;
  readonly number: number;
  readonly channel: string;
  /** First tip at which the next attempt may begin; null: this one has not failed. */
  readonly resumeAt: number | null;
  /** Own coins that Tx0 could still take, and the tip at which they were first seen spent by something else. */
  readonly tied: readonly Coin[];
  readonly freeSince: number | null;
}

/**
 * Tries a batch again when its setup failed: with a fresh session, a new draw, another partner where one has failed, and those arbiters
 * asked last who failed the one before. Never while a Tx0 that was signed could still confirm: the batch would be paid for twice. What was attempted stands in
 * the channels that the node has stored, each with its batch.
 */
export class BatchAttempts {
  readonly #host: RoleHost;
  readonly #onFailed: (failed: FailedAttempt) => void;
  readonly #attempts = new Map<number, Attempt>();
  readonly #failed: FailedAttempt[] = [];
  readonly #failures = new Map<number, EngineError>();
  #stopped = false;

  constructor(host: RoleHost, onFailed: (failed: FailedAttempt) => void = () => {}) {
    this.#host = host;
    this.#onFailed = onFailed;
  }

  /** Why the first batch that was given up cannot be contracted, after its last attempt. */
  get failure(): EngineError | undefined {
    return this.#failures.values().next().value;
  }

  /** Why a batch cannot be contracted; undefined while it can. */
  failureOf(batch: number): EngineError | undefined {
    return this.#failures.get(batch);
  }

  /** The channel of the latest attempt at a batch; undefined: none was begun. */
  channelOf(batch: number): string | undefined {
    return this.#attempts.get(batch)?.channel;
  }

  /** Whether the batch will be tried again when it is time. */
  isPausing(batch: number): boolean {
    return this.#attempts.get(batch)?.resumeAt != null;
  }

  /** No attempt begins any more. */
  stop(): void {
    this.#stopped = true;
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
   * @throws what {@link proposeBatch} throws; EngineError `no-partner`
   */
  async open(order: BatchRequest): Promise<void> {
    if (this.takeUp(order)) return;
    const channel = await proposeBatch(this.#host, order, await this.#partnersFor(order));
    this.#put(fresh(order, 1, channel));
  }

  /** Goes on with what an earlier run of this node has begun for a batch. @returns whether there is anything */
  takeUp(order: BatchRequest): boolean {
    const begun = this.#host.channels.filter(({ batch }) => batch === order.batch);
    const last = begun.at(-1);
    if (last === undefined) return false;
    for (const [i, { id, state }] of begun.slice(0, -1).entries()) {
      if (state.name === 'closed' && state.how === 'abandoned')
        this.#failed.push({ batch: order.batch, attempt: i + 1, channel: id, state, again: true });
    }
    this.#put(fresh(order, begun.length, last.id));
    return true;
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
      } else if (attempt.resumeAt === null) await this.#note(attempt, state, tip);
      else await this.#again(attempt, tip);
    }
  }

  #put(attempt: Attempt): void {
    this.#attempts.set(attempt.order.batch, attempt);
  }

  async #note(attempt: Attempt, state: Abandoned, tip: number): Promise<void> {
    const { order, number, channel } = attempt;
    if (this.#failures.has(order.batch)) return;
    const failed = { batch: order.batch, attempt: number, channel, state, again: false };
    const again =
      !this.#stopped &&
      number < MAX_ATTEMPTS &&
      (isWorthAnother(state, number) || (await this.#hasOther(order, failed)));
    this.#failed.push({ ...failed, again });
    this.#onFailed({ ...failed, again });
    if (again) this.#put({ ...attempt, resumeAt: tip + PAUSE_BLOCKS, tied: tiedCoins(state.before) });
    else this.#failures.set(order.batch, givenUp(failed, order.place));
  }

  /** Whether it was a partner's fault, and there is one who has not failed the batch yet. */
  async #hasOther(order: BatchRequest, failed: FailedAttempt): Promise<boolean> {
    const role = PARTNERS.find((partner) => partner === failed.state.fault.culprit);
    if (role === undefined) return false;
    const blamed = this.#blamedFor(order.batch, failed);
    const next = await choosePartners(this.#host, order.candidates, blamed);
    return next !== undefined && !blamed[`${role}s`].includes(next[role]);
  }

  async #partnersFor({ batch, place, candidates }: BatchRequest): Promise<Partners> {
    const partners = await choosePartners(this.#host, candidates, this.#blamedFor(batch));
    if (partners !== undefined) return partners;
    throw new EngineError('no-partner', `nobody is there to work for and check batch ${place}`, {
      remedy:
        'Name a Worker and a Verifier that are two peers, or wait until those that gave up count again.',
    });
  }

  /** Who failed the earlier attempts at a batch, as far as it was a partner. */
  #blamedFor(batch: number, last?: FailedAttempt): Blamed {
    const failed = this.#failed.filter((one) => one.batch === batch);
    const peers = (role: keyof Partners) =>
      [...failed, ...(last === undefined ? [] : [last])]
        .filter(({ state }) => state.fault.culprit === role)
        .flatMap(({ channel }) => this.#host.channels.find(({ id }) => id === channel)?.peers[role] ?? []);
    return { workers: peers('worker'), verifiers: peers('verifier') };
  }

  async #again(attempt: Attempt, tip: number): Promise<void> {
    const { order, number, resumeAt } = attempt;
    const freeSince = await this.#freeSince(attempt, tip);
    if (freeSince !== attempt.freeSince) this.#put({ ...attempt, freeSince });
    if (resumeAt === null || tip < resumeAt || freeSince === null) return;
    if (attempt.tied.length > 0 && tip < freeSince + FINAL_CONFIRMATIONS - 1) return;
    try {
      if (this.#stopped) throw new EngineError('interrupted', 'the job was cancelled');
      const channel = await proposeBatch(this.#host, order, await this.#partnersFor(order));
      this.#put(fresh(order, number + 1, channel));
    } catch (cause) {
      if (!(cause instanceof CodedError) || isOwnTrouble(cause)) throw cause;
      // Coins may be on their way back: after as long again it is no use to wait.
      const isPoor = cause.code === 'insufficient-funds' || cause.code === 'fee-reserve';
      if (isPoor && tip < resumeAt + PAUSE_BLOCKS + FINAL_CONFIRMATIONS) return;
      const reason = `batch ${order.place} could not be tried again: ${cause.message}`;
      this.#put({ ...attempt, number: MAX_ATTEMPTS, resumeAt: null });
      if (this.#failures.has(order.batch)) return;
      const remedy = 'Nothing was paid. Change what the message names, and run the job again.';
      this.#failures.set(order.batch, new EngineError('channel-failed', reason, { cause, remedy }));
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

const PARTNERS = ['worker', 'verifier'] as const satisfies readonly (keyof Partners)[];

const fresh = (order: BatchRequest, number: number, channel: string): Attempt => ({
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

function givenUp({ attempt, state }: FailedAttempt, batch: number): EngineError {
  const { code, culprit, reason } = state.fault;
  const stakes = state.suspects.map(outpointKey).join(', ');
  const tries = attempt === 1 ? '' : `, also in attempt ${attempt}`;
  return new EngineError('channel-failed', `batch ${batch} could not be contracted${tries}: ${reason}`, {
    evidence: { batch, fault: code, culprit: culprit ?? 'nobody', attempt, stakes },
    remedy:
      'Nothing was paid. Change what the message names, or choose other partners, and run the job again.',
  });
}
