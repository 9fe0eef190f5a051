import type { CodedError, Hash32, Txid } from '@prometheus-compute/protocol';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import type { BatchReport, LimitedSpecification } from './specification.ts';

/** A job without its program and its inputs, which are in the BlobStore. */
export type JobTerms = Omit<LimitedSpecification, 'program' | 'batches' | 'arbiterCount' | 'clientFunds'>;

/** A batch of a stored job. */
export interface StoredJobBatch {
  /** Names the batch among all of this node; unlike the place in the job, from 1. */
  readonly number: number;
  readonly inputRoot: Hash32;
}

/** An attempt at a batch that came to nothing. */
export interface LostAttempt {
  /** Place in the job, from 1. */
  readonly batch: number;
  readonly attempt: number;
  readonly channel: string;
}

/** Why a job, or a batch, came to nothing: the fields of its error. */
export interface StoredFailure {
  readonly code: string;
  readonly message: string;
  readonly rule: string | null;
  readonly remedy: string | null;
}

/** The fields of an error that are stored. */
export function failureFields({ code, message, rule, remedy }: CodedError<string>): StoredFailure {
  return { code, message, rule: rule ?? null, remedy: remedy ?? null };
}

/** How a job has ended. */
export interface JobEnd {
  readonly how: 'done' | 'failed' | 'cancelled';
  readonly failure: StoredFailure | null;
  /** Tip at which it was over. */
  readonly height: number;
  /** Of the settled batches, with the channels whose results are theirs. */
  readonly batches: readonly { readonly report: BatchReport; readonly channel: string }[];
  readonly lost: readonly LostAttempt[];
  /** Satoshis that the Client owned then, in its wallet and in outputs of contracts. */
  readonly after: bigint;
}

/** What a Client's store has of a job. Which contracts were begun for it stands in the channels, each with its batch's number. */
export interface StoredJob {
  readonly id: string;
  /** SHA-256 of what was submitted: the same again is no second job. */
  readonly digest: Uint8Array;
  readonly terms: JobTerms;
  readonly parametersTxid: Txid;
  readonly program: { readonly hash: Hash32; readonly size: number };
  readonly batches: readonly StoredJobBatch[];
  /** Tip when it was submitted. */
  readonly height: number;
  /** Satoshis that the Client owned before. */
  readonly before: bigint;
  /** Nothing new is begun for it. */
  readonly cancelled: boolean;
  readonly end: JobEnd | null;
}

/** Which jobs there are, oldest first, and the number of the next batch. */
interface JobIndex {
  readonly next: number;
  readonly ids: readonly string[];
}

const INDEX = 'jobs';
const jobKey = (id: string): string => `job:${id}`;

/** The jobs in a store. A job is there when the index names it: its own record is written before. */
export class StoredJobs {
  readonly #store: Store;
  #index: JobIndex = { next: 1, ids: [] };

  private constructor(store: Store) {
    this.#store = store;
  }

  static async load(
    store: Store,
  ): Promise<{ readonly stored: StoredJobs; readonly jobs: readonly StoredJob[] }> {
    const stored = new StoredJobs(store);
    const bytes = await store.record(INDEX);
    if (bytes !== undefined) stored.#index = decodeSnapshot(bytes) as unknown as JobIndex;
    const jobs: StoredJob[] = [];
    for (const id of stored.#index.ids) {
      const record = await store.record(jobKey(id));
      // This program writes it before the index.
      jobs.push(decodeSnapshot(record!) as unknown as StoredJob);
    }
    return { stored, jobs };
  }

  /** Number of the first batch of the next job. */
  get next(): number {
    return this.#index.next;
  }

  /** Durable when it returns; a process that ends before has not begun the job. */
  async add(job: StoredJob): Promise<void> {
    await this.save(job);
    const next = Math.max(this.#index.next, ...job.batches.map(({ number }) => number + 1));
    const index: JobIndex = { next, ids: [...this.#index.ids, job.id] };
    await this.#store.putRecord(INDEX, encodeSnapshot(index));
    this.#index = index;
  }

  async save(job: StoredJob): Promise<void> {
    await this.#store.putRecord(jobKey(job.id), encodeSnapshot(job));
  }
}
