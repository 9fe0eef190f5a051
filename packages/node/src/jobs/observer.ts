import { type ChannelState, contractHash, toHex } from '@prometheus-compute/protocol';
import { contractOf } from '../engine/addressing.ts';
import type { ChannelRecord } from '../engine/channel-record.ts';
import type { TaskProgress } from '../engine/tasks/context.ts';
import type { FailedAttempt } from '../roles/batch-attempts.ts';
import type { JobProgress, JobStage } from './specification.ts';
import { FINAL, type Wait, waitOf } from './waits.ts';

/** Watches the contracts of one job: turns what the Client's engine does into progress for people. */
export class JobObserver {
  /** Places in the job, from 1, by the numbers of batches in the node. */
  readonly #places: ReadonlyMap<number, number>;
  readonly #height: () => number;
  readonly #emit: (progress: JobProgress) => void;
  /** Numbers of batches by contract hash. */
  readonly #contracts = new Map<string, number>();
  /** The latest channel of each batch. */
  readonly #latest = new Map<number, ChannelRecord>();
  readonly #shown = new Map<number, string>();
  readonly #waits = new Map<number, Wait>();

  constructor(
    places: ReadonlyMap<number, number>,
    height: () => number,
    emit: (progress: JobProgress) => void,
  ) {
    this.#places = places;
    this.#height = height;
    this.#emit = emit;
  }

  /** The newest attempt at a batch has begun, or was taken up again. */
  begin(record: ChannelRecord): void {
    if (record.batch === null || !this.#places.has(record.batch)) return;
    this.#latest.set(record.batch, record);
    this.#onMoved(record);
  }

  moved(record: ChannelRecord): void {
    if (record.batch === null || this.#latest.get(record.batch)?.id !== record.id) return;
    this.#latest.set(record.batch, record);
    this.#onMoved(record);
  }

  /** A party works for one of the job's contracts. */
  onTask(role: ChannelRecord['role'], { record, task, done, total }: TaskProgress): void {
    const contract = contractOf(record.state);
    const batch = contract && this.#contracts.get(toHex(contractHash(contract)));
    if (batch === undefined) return;
    const counts = { done, total };
    if (task === 'compute') {
      const message = `the Worker runs the program on chunk ${done} of ${total}`;
      this.#show(batch, { stage: 'computing', message, ...counts });
    } else if (task === 'check-opening' && role === 'verifier') {
      const message = `the Verifier runs sampled chunk ${done} of ${total} again`;
      this.#show(batch, { stage: 'verification', message, ...counts });
    } else if (task === 'check-delivery' && role === 'client') {
      const message = `the Client receives encrypted result ${done} of ${total}`;
      this.#show(batch, { stage: 'delivery', message, ...counts });
    }
  }

  /** A setup came to nothing: says why, and whether it is tried again. */
  onFailedAttempt({ batch, attempt, state, again }: FailedAttempt): void {
    const next = again ? `; attempt ${attempt + 1} follows` : '';
    const message = `attempt ${attempt} came to nothing: ${state.fault.reason}${next}`;
    this.#show(batch, { stage: 'terms', message });
  }

  /** Something about a batch, or about the whole job, that no channel says. */
  note(batch: number | null, stage: JobStage, message: string): void {
    if (batch === null) this.#emit({ kind: 'stage', batch, stage, message, height: this.#height() });
    else this.#show(batch, { stage, message });
  }

  /** What a batch does now. */
  waitOf(batch: number): Wait | undefined {
    return this.#waits.get(batch);
  }

  /** State of the latest attempt at a batch. */
  stateOf(batch: number): ChannelState | undefined {
    return this.#latest.get(batch)?.state;
  }

  /** Changes whenever a batch comes further. */
  get fingerprint(): string {
    return [...this.#latest.values()].map(({ state }) => mark(state, this.#height())).join();
  }

  get waitingFor(): string {
    return [...this.#waits]
      .map(([batch, { message }]) => `batch ${this.#places.get(batch)}: ${message}`)
      .join('; ');
  }

  #onMoved(record: ChannelRecord): void {
    const batch = record.batch!;
    const contract = contractOf(record.state);
    if (contract !== undefined) this.#contracts.set(toHex(contractHash(contract)), batch);
    this.#show(batch, waitOf(record.state));
  }

  #show(batch: number, wait: Wait): void {
    const { stage, message, done, total, until } = wait;
    this.#waits.set(batch, wait);
    const line = `${message} ${done ?? ''}`;
    if (this.#shown.get(batch) === line) return;
    this.#shown.set(batch, line);
    this.#emit({
      kind: 'stage',
      batch: this.#places.get(batch)!,
      stage,
      message,
      ...(done === undefined || total === undefined ? {} : { done, total }),
      ...(until === undefined ? {} : { until }),
      height: this.#height(),
    });
  }
}

function mark(state: ChannelState, height: number): string {
  if (state.name === 'closed' && state.how === 'settled')
    return `closed+${Math.min(height - state.height, FINAL)}`;
  const delivered = 'delivery' in state && state.delivery !== null;
  return JSON.stringify([state.name, 'step' in state ? state.step : '', delivered]);
}
