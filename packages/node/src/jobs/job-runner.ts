import { sha256 } from '@noble/hashes/sha2.js';
import { encodeParameters, equalBytes, type Txid } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../engine/channel-record.ts';
import { EngineError } from '../engine/errors.ts';
import type { TaskProgress } from '../engine/tasks/context.ts';
import type { Node } from '../node/node.ts';
import type { Candidates } from '../roles/candidates.ts';
import { storePayload } from '../roles/client.ts';
import { encodeSnapshot } from '../snapshot/snapshot.ts';
import { ownedBy } from './changes.ts';
import { JobError } from './errors.ts';
import { JobEvents } from './job-events.ts';
import { withLimits } from './limits.ts';
import { affordable, type PricedPeers } from './partner-prices.ts';
import { checkSpecification } from './plan.ts';
import { reportJob } from './report.ts';
import { RunningJob } from './running-job.ts';
import type { JobProgress, JobReport, JobSpecification, LimitedSpecification } from './specification.ts';
import {
  failureFields,
  type JobTerms,
  type StoredFailure,
  type StoredJob,
  type StoredJobBatch,
  StoredJobs,
} from './stored-job.ts';

/** What a runner needs besides its node. */
export interface JobRunnerOptions {
  /** Whom the Client may choose from. */
  readonly peers: PricedPeers;
  /** Name of the chain, for reports. */
  readonly network: string;
  readonly onProgress?: (id: string, progress: JobProgress) => void;
}

/** A job that is to be done. */
export interface JobSubmission {
  /** Names it in this node. The same submission again is the same job. */
  readonly id: string;
  readonly specification: JobSpecification;
  /** T_P whose P the contracts take. */
  readonly parametersTxid: Txid;
}

/** A job with what is known of it in this run of the node. */
export interface JobEntry {
  readonly stored: StoredJob;
  /** Undefined once it has ended, or where it cannot go on. */
  readonly running: RunningJob | undefined;
  readonly events: JobEvents;
  /** Why this run of the node cannot go on with it; its contracts go on without. */
  readonly trouble: StoredFailure | null;
}

/** The same while the runner has it. */
type KnownJob = { -readonly [name in keyof JobEntry]: JobEntry[name] };

/**
 * Runs the jobs of a Client's node, on any chain and any transport: opens a contract for each batch, follows them, and keeps what they came to. Call
 * {@link follow} at every block. Whatever it has to know after a restart is in the node's store before it acts.
 */
export class JobRunner {
  readonly #node: Node;
  readonly #options: JobRunnerOptions;
  readonly #stored: StoredJobs;
  readonly #jobs = new Map<string, KnownJob>();
  /** Turns come one after another. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(node: Node, stored: StoredJobs, options: JobRunnerOptions) {
    this.#node = node;
    this.#stored = stored;
    this.#options = options;
    node.engine.watch((notice) => {
      if (notice.kind !== 'moved') return;
      const { record, event } = notice;
      for (const { running } of this.#jobs.values()) running?.onMoved(record, event === 'begun');
    });
  }

  /**
   * Takes up the jobs in a node's store. The node has its channels again ({@link Node.resume}); nothing begins before {@link follow}. A job whose
   * inputs the store has lost stays as it is: the node has other contracts to watch.
   */
  static async load(node: Node, options: JobRunnerOptions): Promise<JobRunner> {
    const { stored, jobs } = await StoredJobs.load(node.ports.store);
    const runner = new JobRunner(node, stored, options);
    for (const job of jobs) {
      await runner.#put(job).catch((cause: unknown) => {
        if (!(cause instanceof EngineError)) throw cause;
        const trouble = failureFields(cause);
        runner.#jobs.set(job.id, { stored: job, running: undefined, events: new JobEvents(), trouble });
      });
    }
    return runner;
  }

  /** Oldest first. */
  get jobs(): readonly JobEntry[] {
    return [...this.#jobs.values()];
  }

  /** @throws JobError `job-unknown` */
  job(id: string): JobEntry {
    const entry = this.#jobs.get(id);
    if (entry !== undefined) return entry;
    throw new JobError('job-unknown', `this node has no job ${id}`, { remedy: 'See `prometh job list`.' });
  }

  /**
   * Takes a job on. When it returns the job is stored with its program and inputs, and comes to its end whatever happens to this process; its
   * first contracts are begun in the next turn.
   *
   * @throws RuleError, SandboxError, EngineError for a job that cannot be done; JobError `job-exists`, `parameters-differ`
   */
  submit(submission: JobSubmission): Promise<void> {
    return this.#inTurn(() => this.#submit(submission));
  }

  /**
   * Begins what can begin and ends what is over. Where it fails, it is done again at the next call; the trouble of one job keeps back no
   * other, and the first is thrown.
   */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      const failures: unknown[] = [];
      for (const id of [...this.#jobs.keys()])
        await this.#follow(id).catch((cause: unknown) => failures.push(cause));
      if (failures.length > 0) throw failures[0];
    });
  }

  /**
   * Begins nothing new for a job. Contracts that are being made, or hold money, go on to their end: nobody can take back what others have
   * signed.
   *
   * @throws JobError `job-unknown`, `job-over`
   */
  cancel(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const { stored, running } = this.job(id);
      if (running === undefined) throw new JobError('job-over', `job ${id} has ended`);
      await this.#save({ ...stored, cancelled: true });
      running.cancel();
    });
  }

  /** Satoshis, results and draws of a job that has ended. @throws JobError `job-unknown`, `job-unfinished` */
  async report(id: string): Promise<JobReport> {
    const { stored } = this.job(id);
    if (stored.end === null) {
      throw new JobError('job-unfinished', `job ${id} has not ended yet`, {
        remedy: `Follow it with \`prometh job logs -f ${id}\`.`,
      });
    }
    return reportJob(this.#node, stored, stored.end, this.#options.network);
  }

  /** A party works for a contract: this node itself, or on a network in one process any. */
  onTask(role: ChannelRecord['role'], progress: TaskProgress): void {
    for (const { running } of this.#jobs.values()) running?.onTask(role, progress);
  }

  /** Resolves when nothing is being done. */
  async settle(): Promise<void> {
    await this.#turn;
  }

  async #submit({ id, specification: given, parametersTxid }: JobSubmission): Promise<void> {
    const { policy, ports } = this.#node;
    const specification = withLimits(given);
    checkSpecification(specification, policy);
    affordable(specification, this.#options.peers);
    const { program: code, batches, arbiterCount: _, clientFunds: __, ...terms } = specification;
    const parameters = await this.#node.parameters(parametersTxid);
    if (!equalBytes(encodeParameters(parameters), encodeParameters(terms.parameters))) {
      const reason = `the parameters of ${terms.name} are not those of ${parametersTxid}`;
      throw new JobError('parameters-differ', reason, {
        remedy:
          'Leave `parameters` out of the job file or make them equal, or name another T_P with --parameters.',
      });
    }
    const program = { profile: terms.profile, code, arguments: terms.arguments ?? [] };
    const stored: StoredJobBatch[] = [];
    let programFacts: StoredJob['program'] | undefined;
    for (const [i, { inputs }] of batches.entries()) {
      const payload = await storePayload(ports.blobs, program, inputs);
      programFacts = { hash: payload.programHash, size: payload.programSize };
      stored.push({ number: this.#nextBatch() + i, inputRoot: payload.inputRoot });
    }
    if (programFacts === undefined) throw new EngineError('channel-failed', 'the job has no batches');
    const digest = digestOf(terms, parametersTxid, programFacts, stored);
    const known = this.#jobs.get(id)?.stored;
    if (known !== undefined) {
      if (equalBytes(known.digest, digest)) return;
      throw new JobError('job-exists', `this node has another job ${id}`, {
        remedy: 'Submit it under another id.',
      });
    }
    const job: StoredJob = {
      id,
      digest,
      terms,
      parametersTxid,
      program: programFacts,
      batches: stored,
      height: this.#node.watcher.height,
      before: await ownedBy(this.#node),
      cancelled: false,
      end: null,
    };
    await this.#stored.add(job);
    await this.#put(job);
  }

  /** Above every number that a contract of this node has. */
  #nextBatch(): number {
    const used = this.#node.channels.map(({ batch }) => batch ?? 0);
    return Math.max(this.#stored.next, ...used.map((number) => number + 1));
  }

  async #put(stored: StoredJob): Promise<void> {
    const events = this.#jobs.get(stored.id)?.events ?? new JobEvents();
    const emit = (progress: JobProgress): void => {
      events.add(progress);
      this.#options.onProgress?.(stored.id, progress);
    };
    const running = stored.end === null ? await this.#takeUp(stored, emit) : undefined;
    this.#jobs.set(stored.id, { stored, running, events, trouble: null });
  }

  async #takeUp(stored: StoredJob, emit: (progress: JobProgress) => void): Promise<RunningJob> {
    // What the configuration names now counts, also for a job of an earlier run.
    const batches = stored.batches.map(() => ({ inputs: [] }));
    const specification = { ...stored.terms, program: new Uint8Array(0), batches };
    const candidates = candidatesFor(specification, this.#options.peers);
    return RunningJob.takeUp(this.#node, stored, candidates, emit);
  }

  async #follow(id: string): Promise<void> {
    const { running } = this.job(id);
    const end = await running?.follow();
    if (end === undefined) return;
    const entry = this.#jobs.get(id)!;
    await this.#save({ ...entry.stored, end });
    entry.running = undefined;
    entry.events.wake();
  }

  async #save(stored: StoredJob): Promise<void> {
    await this.#stored.save(stored);
    const entry = this.#jobs.get(stored.id)!;
    entry.stored = stored;
    if (entry.running !== undefined) entry.running.stored = stored;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(() => this.#node.engine.track(work));
    this.#turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }
}

/** Nobody, where the configuration no longer names enough: contracts that were begun go on without. */
function candidatesFor(specification: LimitedSpecification, peers: PricedPeers): Candidates {
  try {
    return affordable(specification, peers);
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return { workers: [], verifiers: [] };
  }
}

function digestOf(
  terms: JobTerms,
  parametersTxid: Txid,
  program: StoredJob['program'],
  batches: readonly StoredJobBatch[],
): Uint8Array {
  const roots = batches.map(({ inputRoot }) => inputRoot);
  return sha256(encodeSnapshot({ terms, parametersTxid, program, roots }));
}
