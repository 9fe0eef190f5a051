import { CodedError, satoshi } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../engine/channel-record.ts';
import { EngineError, isOwnTrouble } from '../engine/errors.ts';
import { decodeManifest } from '../engine/manifest.ts';
import type { TaskProgress } from '../engine/tasks/context.ts';
import type { Node } from '../node/node.ts';
import { BatchAttempts, type BatchRequest, type FailedAttempt } from '../roles/batch-attempts.ts';
import type { Candidates } from '../roles/candidates.ts';
import type { Offered } from '../roles/client.ts';
import { ownedBy } from './changes.ts';
import { commitmentFee } from './money.ts';
import { JobObserver } from './observer.ts';
import { lackOfResults, reportBatch } from './report.ts';
import type { JobProgress } from './specification.ts';
import {
  failureFields,
  type JobEnd,
  type JobTerms,
  type StoredJob,
  type StoredJobBatch,
} from './stored-job.ts';
import { FINAL } from './waits.ts';

/** How a batch of a job that runs stands. */
export type BatchStanding =
  /** Not begun: coins are missing, or it is not its turn yet. */
  | 'waiting'
  /** Nothing is paid; it is being contracted. */
  | 'setup'
  /** Tx0 may be, or is, on the chain. */
  | 'locked'
  | 'settled'
  | 'failed';

/** Opens, watches and ends the batches of one job. What it has begun stands in the node's channels; nothing else is needed to go on. */
export class RunningJob {
  readonly #node: Node;
  readonly #requests: readonly BatchRequest[];
  readonly #attempts: BatchAttempts;
  readonly #refused = new Map<number, CodedError<string>>();
  readonly observer: JobObserver;
  stored: StoredJob;

  private constructor(
    node: Node,
    stored: StoredJob,
    requests: readonly BatchRequest[],
    emit: (progress: JobProgress) => void,
  ) {
    this.#node = node;
    this.stored = stored;
    this.#requests = requests;
    const places = new Map(requests.map(({ batch, place }) => [batch, place]));
    this.observer = new JobObserver(places, () => node.watcher.height, emit);
    this.#attempts = new BatchAttempts(node, (failed) => this.observer.onFailedAttempt(failed));
    if (stored.cancelled) this.#attempts.stop();
  }

  /** Takes up a stored job: batches that an earlier run has begun go on. @throws EngineError `payload-missing` */
  static async takeUp(
    node: Node,
    stored: StoredJob,
    candidates: Candidates,
    emit: (progress: JobProgress) => void,
  ): Promise<RunningJob> {
    const requests: BatchRequest[] = [];
    for (const [i, batch] of stored.batches.entries())
      requests.push(await requestOf(node, stored, batch, i + 1, candidates));
    const job = new RunningJob(node, stored, requests, emit);
    for (const request of requests) if (job.#attempts.takeUp(request)) job.#track(request.batch);
    return job;
  }

  /** Why a batch came to nothing, the first one; undefined: none has yet. */
  get failure(): CodedError<string> | undefined {
    return this.#requests.map(({ batch }) => this.#failureOf(batch)).find((failure) => failure !== undefined);
  }

  /** Places and numbers of the batches with how each stands. */
  get standings(): readonly { readonly batch: number; readonly place: number; readonly is: BatchStanding }[] {
    return this.#requests.map(({ batch, place }) => ({ batch, place, is: this.#standingOf(batch) }));
  }

  onMoved(record: ChannelRecord, begun: boolean): void {
    if (begun) this.observer.begin(record);
    else this.observer.moved(record);
  }

  onTask(role: ChannelRecord['role'], progress: TaskProgress): void {
    this.observer.onTask(role, progress);
  }

  /** Begins nothing new any more. */
  cancel(): void {
    this.#attempts.stop();
  }

  /** Begins what can begin. @returns how the job ended, once it has */
  async follow(): Promise<JobEnd | undefined> {
    const { channels, policy } = this.#node;
    const { setupsPerPeer } = policy.limits;
    let places = setupsPerPeer - channels.filter(isOwnSetup).length;
    for (const request of this.#requests) {
      if (this.#isBegun(request)) continue;
      if (places > 0 || this.stored.cancelled) places -= (await this.#open(request)) ? 1 : 0;
      else {
        const message = `waiting for its turn: ${setupsPerPeer} contracts are set up at a time`;
        this.observer.note(request.batch, 'funding', message);
      }
    }
    await this.#attempts.follow();
    const standings = this.standings;
    const over = standings.every(({ batch, is }) => is === 'failed' || this.#isFinal(batch));
    return over ? this.#end() : undefined;
  }

  #isBegun({ batch }: BatchRequest): boolean {
    return this.#attempts.channelOf(batch) !== undefined || this.#refused.has(batch);
  }

  /** @returns whether a contract is being set up for it now */
  async #open(request: BatchRequest): Promise<boolean> {
    const { batch } = request;
    if (this.stored.cancelled) {
      this.#refused.set(
        batch,
        new EngineError('interrupted', `batch ${request.place} was not begun: the job was cancelled`),
      );
      return false;
    }
    try {
      await this.#attempts.open(request);
      return true;
    } catch (cause) {
      // It says nothing about the batch: the next turn tries again.
      if (!(cause instanceof CodedError) || isOwnTrouble(cause)) throw cause;
      const isPoor = cause.code === 'insufficient-funds' || cause.code === 'fee-reserve';
      // Coins in contracts that are not over come back.
      if (isPoor && this.#hasCoinsAway())
        this.observer.note(batch, 'funding', `waiting for coins: ${cause.message}`);
      else this.#refused.set(batch, cause);
      return false;
    }
  }

  #hasCoinsAway(): boolean {
    const tip = this.#node.watcher.height;
    return this.#node.channels.some(({ role, state }) => {
      if (role === 'arbiter') return false;
      if (state.name !== 'closed') return true;
      return (state.how === 'settled' ? state.height : state.tip) + FINAL > tip;
    });
  }

  #track(batch: number): void {
    const record = this.#recordOf(batch);
    if (record !== undefined) this.observer.begin(record);
  }

  #failureOf(batch: number): CodedError<string> | undefined {
    const state = this.#stateOf(batch);
    // A Tx0 that was quicker than what gave it up: the contract stands.
    if (state !== undefined && !(state.name === 'closed' && state.how === 'abandoned')) return undefined;
    return this.#refused.get(batch) ?? this.#attempts.failureOf(batch);
  }

  #stateOf(batch: number) {
    return this.#recordOf(batch)?.state;
  }

  #recordOf(batch: number): ChannelRecord | undefined {
    const channel = this.#attempts.channelOf(batch);
    return channel === undefined ? undefined : this.#node.engine.record(channel);
  }

  #standingOf(batch: number): BatchStanding {
    if (this.#failureOf(batch) !== undefined) return 'failed';
    const state = this.#stateOf(batch);
    if (state === undefined) return 'waiting';
    if (state.name === 'closed') return state.how === 'settled' ? 'settled' : 'setup';
    if (state.name !== 'setup') return 'locked';
    return state.step === 'signatures' && state.committed ? 'locked' : 'setup';
  }

  /** Settled for good, and decrypted. */
  #isFinal(batch: number): boolean {
    const state = this.#stateOf(batch);
    if (state?.name !== 'closed' || state.how !== 'settled') return false;
    const isDecrypted = state.revealed === null || state.failures !== null;
    return isDecrypted && this.#node.watcher.height >= state.height + FINAL - 1;
  }

  async #end(): Promise<JobEnd> {
    const batches: { report: JobEnd['batches'][number]['report']; channel: string }[] = [];
    const failures: CodedError<string>[] = [];
    for (const { batch, place } of this.#requests) {
      const state = this.#stateOf(batch);
      const failure = this.#failureOf(batch);
      if (failure !== undefined) failures.push(failure);
      if (state?.name !== 'closed' || state.how !== 'settled') continue;
      const channel = this.#attempts.channelOf(batch)!;
      const lack = await lackOfResults(this.#node, channel, state, place);
      if (lack !== undefined) failures.push(lack);
      batches.push({ report: await reportBatch(this.#node, channel, state, place), channel });
    }
    const [failure] = failures;
    return {
      how: failure === undefined ? 'done' : this.stored.cancelled ? 'cancelled' : 'failed',
      failure: failure === undefined ? null : failureFields(failure),
      height: this.#node.watcher.height,
      batches,
      lost: this.#attempts.failed.map((failed) => this.#lost(failed)),
      after: await ownedBy(this.#node),
    };
  }

  #lost({ batch, attempt, channel }: FailedAttempt): JobEnd['lost'][number] {
    return { batch: this.#requests.find((request) => request.batch === batch)!.place, attempt, channel };
  }
}

/** Workers and Verifiers of the same policy take part in so many at a time; and the more there are, the more ask for the same stakes. */
const isOwnSetup = ({ role, state }: ChannelRecord): boolean => role === 'client' && state.name === 'setup';

async function requestOf(
  node: Node,
  { terms, program, parametersTxid }: StoredJob,
  { number, inputRoot }: StoredJobBatch,
  place: number,
  candidates: Candidates,
): Promise<BatchRequest> {
  const manifest = await node.ports.blobs.get(inputRoot);
  if (manifest === undefined) {
    throw new EngineError(
      'payload-missing',
      `the inputs of batch ${place} of ${terms.name} are not in this node's store`,
      {
        remedy: 'Restore the data folder from a backup.',
      },
    );
  }
  const { profile, scheme, sampled, parameters } = terms;
  return {
    batch: number,
    place,
    scheme,
    sampled,
    parametersTxid,
    parameters,
    offered: offeredBy(terms),
    commitmentFee: commitmentFee(parameters.n),
    payload: {
      profile,
      programHash: program.hash,
      programSize: program.size,
      inputs: decodeManifest(manifest),
      inputRoot,
    },
    candidates,
  };
}

function offeredBy(terms: JobTerms): Offered {
  return {
    reward: satoshi(terms.reward),
    settlementFee: satoshi(terms.settlementFee),
    retainer: satoshi(terms.retainer),
    bond: satoshi(terms.bond),
    deliveryBlocks: terms.deliveryBlocks,
    confirmationBlocks: terms.confirmationBlocks,
    stageBlocks: terms.stageBlocks,
    arbitrationBlocks: terms.arbitrationBlocks,
    relayBlocks: terms.relayBlocks,
    limits: terms.limits,
  };
}
